// runtime delete: removes a container, and all that its stages made.

#include <signal.h>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/commands/members.h"
#include "runtime/commands/running.h"
#include "runtime/commands/stage_log.h"
#include "runtime/commands/undo.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/guard.h"
#include "runtime/state/living.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"
#include "runtime/sys/lingering.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr std::chrono::seconds kForKill{10};

constexpr cli::Option kOptions[] = {
    {"force", Kind::kFlag, "", "kill a container that runs"},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

struct Target {
  const cli::Words& words;
  const state::Root& root;
  const std::string& id;
};

// All its processes, where its stages or its PID namespace tell of them; at least the first one.
Status KillAll(const Target& target) {
  auto running = Running::Take(target.words, target.id, SLIPWAY_FREEZE, Needed::kWithRecords);
  if (!running.ok()) return std::move(running).status();
  state::LivingContainer& container = (*running)->container();
  RETURN_IF_ERROR((*running)->LetGoOn());
  // What cannot be looked at does not keep the first one alive.
  (void)SignalMembers(**running, SIGKILL).ok();
  RETURN_IF_ERROR(sys::SendSignal(container.child(), SIGKILL));
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(container.child(), kForKill));
  if (ended) return Ok();
  return Error("the container's first process still lives after SIGKILL",
               std::to_string(container.pid()), sys::WhyItLives(container.pid()));
}

// Has it ended, perhaps a moment ago, or does it wait for its start? Then nobody needs to be asked.
bool IsDone(const state::Seen& seen) {
  if (seen.life != state::Life::kRunning || seen.phase == state::Phase::kCreated) return true;
  return seen.pid == 0 && seen.phase != state::Phase::kCreating;
}

// Ends a container that runs, if that is wanted. nullopt: it has gone.
Result<std::optional<state::Seen>> AwaitDone(const Target& target) {
  ASSIGN_OR_RETURN(std::optional<state::Seen> seen, state::Look(target.root, target.id));
  if (!seen) return state::NoSuchContainer(target.root, target.id);
  if (!IsDone(*seen)) {
    if (!target.words.Has("force")) {
      return Error("the container is running:", target.id,
                   "runtime stop ends it; --force kills it");
    }
    Status killed = KillAll(target);
    ASSIGN_OR_RETURN(seen, state::Look(target.root, target.id));
    // It may have ended by itself in between.
    if (!killed.ok() && seen && seen->pid != 0) return killed;
  }
  if (!seen || !seen->has_host) return seen;
  // Its host undoes it.
  RETURN_IF_ERROR(state::AwaitHost(target.root, target.id));
  return state::Look(target.root, target.id);
}

cli::Report Undo(const Target& target, state::DeadContainer& container,
                 std::chrono::seconds patience, std::vector<std::string> gc_words) {
  launch::Guard guard(patience);
  const loader::Folders folders = FoldersOf(target.words);
  loader::Loader loader(folders);
  gc_words.push_back(target.id);
  guard.Protect({.undo = std::move(gc_words), .lock_fd = container.fd()});
  std::vector<Error> failures =
      UndoContainer(container, container.contents().entries, loader, folders.plugin_dirs,
                    StageLog(target.words.Has(kVerbose.name)));
  guard.Release();
  if (failures.empty()) return {};
  failures.push_back(Error("container " + target.id + " could not be undone, and is kept", {},
                           "mend that and call runtime delete again; runtime gc --forget " +
                               target.id + " drops it without undoing it"));
  return {.exit_status = cli::kRuntimeFailed, .failures = std::move(failures)};
}

Result<cli::Report> Delete(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "delete"));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const std::chrono::seconds patience, HookTimeout(words));
  RETURN_IF_ERROR(CheckFolders(words));
  ASSIGN_OR_RETURN(std::vector<std::string> gc_words, GcWords(folder, patience, FoldersOf(words)));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  const Target target{words, root, id};
  ASSIGN_OR_RETURN(const auto seen, AwaitDone(target));
  if (!seen) return cli::Report{};
  ASSIGN_OR_RETURN(auto container, state::DeadContainer::Take(root, id, state::Claim::kNotStarted));
  if (container) return Undo(target, *container, patience, std::move(gc_words));
  ASSIGN_OR_RETURN(const auto now, state::Look(root, id));
  if (!now) return state::NoSuchContainer(root, id);
  return Error("the container has been started meanwhile:", id,
               "runtime stop ends it; --force kills it");
}

}  // namespace

constexpr Command kDeleteCommand = {
    .name = "delete",
    .synopsis = "[OPTIONS] ID",
    .summary = "remove a container that has ended, or that waits for its start",
    .about =
        "Undoes what the stages of the container made, and forgets it, so that its id is free "
        "again. A container that waits for runtime start is ended; one that runs only with "
        "--force. The log of a detached one stays: it is your file.\n"
        "\n"
        "  runtime delete web\n"
        "  runtime delete --force web\n",
    .options = kOptions,
    .execute = Delete};

}  // namespace slipway::commands
