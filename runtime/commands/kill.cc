// runtime kill: sends a signal to a container.

#include <signal.h>

#include <chrono>

#include "runtime/commands/members.h"
#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/config/signal.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr std::chrono::seconds kForEnd{2};

constexpr cli::Option kOptions[] = {
    {"all", Kind::kFlag, "", "to each process of the container, not only to the first one", 'a'},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

Result<int> SignalOf(const cli::Words& words) {
  RETURN_IF_ERROR(ExpectNoMore(words.rest, 2, "runtime kill --help"));
  if (words.rest.size() < 2) return SIGTERM;
  return config::ParseSignal(words.rest[1]);
}

// Of a container that has been sent a SIGKILL: where it stands still it takes that in cgroup v1
// only when it goes on, in v2 it may be gone by now. It may have frozen itself, and then it need
// not have a stage that knows of it.
Result<cli::Report> LetItEnd(const cli::Words& words, const state::Seen& seen) {
  const bool paused = seen.phase == state::Phase::kPaused;
  if (!paused) {
    ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(seen.child, kForEnd));
    if (ended) return cli::Report{};
  }
  const Status status = SetFrozen(words, seen.contents.facts.id, false);
  if (status.ok() || !paused) return cli::Report{};
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(seen.child, kForEnd));
  return ended ? Result<cli::Report>(cli::Report{}) : status;
}

Result<cli::Report> Kill(Given given) {
  const cli::Words& words = given.words;
  if (words.rest.empty()) {
    return Error("which container?", {}, "write runtime kill ID [SIGNAL]; runtime list shows them");
  }
  const std::string& id = words.rest.front();
  ASSIGN_OR_RETURN(const int signal, SignalOf(words));
  if (!words.Has("all")) {
    ASSIGN_OR_RETURN(const state::Seen seen, LookAt(words, id));
    RETURN_IF_ERROR(sys::SendSignal(seen.child, signal));
    return signal == SIGKILL ? LetItEnd(words, seen) : Result<cli::Report>(cli::Report{});
  }
  ASSIGN_OR_RETURN(const auto running,
                   Running::Take(words, id, SLIPWAY_FREEZE, Needed::kWithRecords));
  if (signal == SIGKILL) RETURN_IF_ERROR(running->LetGoOn());
  RETURN_IF_ERROR(SignalMembers(*running, signal));
  return cli::Report{};
}

}  // namespace

constexpr Command kKillCommand = {
    .name = "kill",
    .synopsis = "[OPTIONS] ID [SIGNAL]",
    .summary = "send a signal to a running container",
    .about =
        "Sends SIGNAL (TERM when none is given) to the container's first process, which passes it "
        "on to the command where it is an init.\n"
        "\n"
        "  runtime kill web\n"
        "  runtime kill --all web KILL\n"
        "\n"
        "A command that is the first process itself (pid: {init: false}) gets only signals that it "
        "handles, and KILL and STOP: so the kernel treats PID 1. A paused container takes a signal "
        "when it goes on; KILL makes it go on.\n",
    .options = kOptions,
    .execute = Kill};

}  // namespace slipway::commands
