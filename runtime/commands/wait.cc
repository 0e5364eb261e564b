// runtime wait: for the end of a container, and how it came.

#include <chrono>
#include <optional>

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/exit_status.h"
#include "runtime/state/living.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"
#include "runtime/sys/file_watch.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr std::chrono::seconds kForReaping{1};

constexpr cli::Option kOptions[] = {kRoot, kHelp};

Error NobodySaw(const std::string& id) {
  return Error("the container has ended, and nobody saw how:", id,
               "its runtime was not there, and no runtime wait was: before Linux 6.15 the kernel "
               "tells it to the parent alone");
}

// Until its host has written down how it has ended, or has died.
Result<int> AwaitRecord(const state::Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::FileWatch watch, state::Watch(root, id));
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<state::Seen> seen, state::Look(root, id));
    if (!seen) return state::NoSuchContainer(root, id);
    if (seen->contents.exit_status) return *seen->contents.exit_status;
    if (seen->life == state::Life::kStopped) return NobodySaw(id);
    if (seen->life == state::Life::kDead) {
      return Error("the container's runtime has died:", id, "runtime gc undoes what is left of it");
    }
    RETURN_IF_ERROR(watch.Await(sys::Fd()));
  }
}

Result<int> AwaitChild(const state::Root& root, const state::Seen& seen) {
  RETURN_IF_ERROR(sys::AwaitExit(seen.child));
  sys::AwaitReaped(seen.child, kForReaping);
  const auto status = sys::StatusOfEnded(seen.child);
  if (!status) return NobodySaw(seen.contents.facts.id);
  const int exit_status = launch::ExitStatusOf(*status);
  // For who asks later.
  if (seen.contents.facts.kept) RETURN_IF_ERROR(state::RecordEnd(root, seen, exit_status));
  return exit_status;
}

Result<cli::Report> Wait(Given given) {
  ASSIGN_OR_RETURN(const std::string id, OnlyId(given.words, "wait"));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(given.words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  ASSIGN_OR_RETURN(const std::optional<state::Seen> seen, state::Look(root, id));
  const bool kept = seen && seen->contents.facts.kept;
  if (kept && (seen->has_host || seen->life == state::Life::kStopped)) {
    ASSIGN_OR_RETURN(const int status, AwaitRecord(root, id));
    return cli::Report{.exit_status = status};
  }
  ASSIGN_OR_RETURN(const state::Seen living, state::LookAtLiving(root, id));
  ASSIGN_OR_RETURN(const int status, AwaitChild(root, living));
  return cli::Report{.exit_status = status};
}

}  // namespace

constexpr Command kWaitCommand = {
    .name = "wait",
    .synopsis = "[OPTIONS] ID",
    .summary = "wait until a running container has ended; its exit status is this one's",
    .about =
        "Returns when the container's first process has ended, with its exit status, or 128+N when "
        "signal N ended it, or 124 when its time was up. Of a container in the background (runtime "
        "run --detach) it is known "
        "until runtime delete. Of others only the container's own runtime can know it before Linux "
        "6.15: then this says so, with the status 125.\n",
    .options = kOptions,
    .execute = Wait};

}  // namespace slipway::commands
