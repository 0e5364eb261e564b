// runtime resume: let a paused container go on.

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {
    kPluginDir, kTrust, kRoot, kHookTimeout, kVerbose, kHelp,
};

Result<cli::Report> Resume(Given given) {
  ASSIGN_OR_RETURN(const std::string id, OnlyId(given.words, "resume"));
  RETURN_IF_ERROR(SetFrozen(given.words, id, false));
  return cli::Report{};
}

}  // namespace

constexpr Command kResumeCommand = {
    .name = "resume",
    .synopsis = "[OPTIONS] ID",
    .summary = "let a paused container go on",
    .about = "Lets go on what runtime pause has stopped. A container that is not paused runs on.\n",
    .options = kOptions,
    .execute = Resume};

}  // namespace slipway::commands
