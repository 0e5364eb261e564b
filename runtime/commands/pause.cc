// runtime pause: let all processes of a container stand still.

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {
    kPluginDir, kTrust, kRoot, kHookTimeout, kVerbose, kHelp,
};

Result<cli::Report> Pause(Given given) {
  ASSIGN_OR_RETURN(const std::string id, OnlyId(given.words, "pause"));
  RETURN_IF_ERROR(SetFrozen(given.words, id, true));
  return cli::Report{};
}

}  // namespace

constexpr Command kPauseCommand = {
    .name = "pause",
    .synopsis = "[OPTIONS] ID",
    .summary = "let all processes of a container stand still",
    .about =
        "All processes of the container stop where they are, until "
        "runtime resume lets them go on. It takes a stage that can, such as cgroup-v2 or "
        "cgroup-v1. It returns once they stand still.\n",
    .options = kOptions,
    .execute = Pause};

}  // namespace slipway::commands
