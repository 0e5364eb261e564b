// runtime wait: for the end of a container, and how it came.

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/exit_status.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {kRoot, kHelp};

Result<cli::Report> Wait(Given given) {
  ASSIGN_OR_RETURN(const std::string id, OnlyId(given.words, "wait"));
  ASSIGN_OR_RETURN(const state::Seen seen, LookAt(given.words, id));
  RETURN_IF_ERROR(sys::AwaitExit(seen.child));
  if (const auto status = sys::StatusOfEnded(seen.child)) {
    return cli::Report{.exit_status = launch::ExitStatusOf(*status)};
  }
  return Error("the container has ended, and nobody saw how:", id,
               "this kernel tells it to the parent alone; since Linux 6.15 it tells it to others");
}

}  // namespace

constexpr Command kWaitCommand = {
    .name = "wait",
    .synopsis = "[OPTIONS] ID",
    .summary = "wait until a running container has ended; its exit status is this one's",
    .about =
        "Returns when the container's first process has ended, with its exit status, or 128+N when "
        "signal N ended it. Before Linux 6.15 only the container's own runtime can know it: then "
        "this says so, with the status 125.\n",
    .options = kOptions,
    .execute = Wait};

}  // namespace slipway::commands
