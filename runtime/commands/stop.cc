// runtime stop: ends a container, first kindly.

#include <signal.h>

#include <chrono>
#include <thread>

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/config/signal.h"
#include "runtime/state/survey.h"
#include "runtime/sys/lingering.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr uint32_t kDefaultTime = 10;  // seconds, as docker has it
constexpr uint32_t kMaxTime = 86400;
constexpr std::chrono::seconds kForKill{5};
constexpr std::chrono::seconds kForKillAlone{1};
constexpr std::chrono::milliseconds kBetweenLooks{5};

constexpr cli::Option kOptions[] = {
    {"signal", Kind::kText, "SIGNAL",
     "ask it to end by this one; default: --stop-signal of its run, else TERM", 's'},
    {"time", Kind::kText, "SECONDS", "how long it may take to end by itself; default: 10", 't'},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

// Its runtime undoes it then; without one a `runtime gc` has to.
Result<cli::Report> AwaitUndone(const state::Root& root, const std::string& id) {
  const auto deadline = std::chrono::steady_clock::now() + kForKill;
  while (std::chrono::steady_clock::now() < deadline) {
    ASSIGN_OR_RETURN(const auto seen, state::Look(root, id));
    if (!seen || seen->life == state::Life::kStopped) return cli::Report{};
    if (seen->life == state::Life::kDead) break;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  cli::Report report;
  report.warnings.push_back(
      Error("the container has ended, but its runtime does not undo it", {},
            "it may be stopped, or have died; once it has gone, runtime gc " + id + " does that"));
  return report;
}

// Where its command does not run yet, the first process knows TERM alone for sure.
Result<int> SignalFor(const cli::Words& words, const state::Seen& seen) {
  if (words.Has("signal")) return config::ParseSignal(words.Text("signal"));
  return seen.phase == state::Phase::kCreated ? SIGTERM : seen.contents.facts.stop_signal;
}

Result<cli::Report> Stop(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "stop"));
  ASSIGN_OR_RETURN(const auto time, words.Number("time", 0, kMaxTime));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  ASSIGN_OR_RETURN(const state::Seen seen, state::LookAtLiving(root, id));
  ASSIGN_OR_RETURN(const int signal, SignalFor(words, seen));
  RETURN_IF_ERROR(sys::SendSignal(seen.child, signal));
  // It could not end otherwise.
  if (seen.phase == state::Phase::kPaused) RETURN_IF_ERROR(SetFrozen(words, id, false));
  ASSIGN_OR_RETURN(bool ended,
                   sys::AwaitExit(seen.child, std::chrono::seconds(time.value_or(kDefaultTime))));
  if (!ended) {
    RETURN_IF_ERROR(sys::SendSignal(seen.child, SIGKILL));
    ASSIGN_OR_RETURN(ended, sys::AwaitExit(seen.child, kForKillAlone));
  }
  if (!ended) {
    // It may have frozen itself, and in cgroup v1 takes no SIGKILL then.
    (void)SetFrozen(words, id, false).ok();
    ASSIGN_OR_RETURN(ended, sys::AwaitExit(seen.child, kForKill));
  }
  if (ended) return AwaitUndone(root, id);
  return Error("the container's first process still lives after SIGKILL", std::to_string(seen.pid),
               sys::WhyItLives(seen.pid));
}

}  // namespace

constexpr Command kStopCommand = {
    .name = "stop",
    .synopsis = "[OPTIONS] ID",
    .summary = "end a running container: its stop signal, and KILL when it takes too long",
    .about =
        "Asks the container's first process to end, with process.stop_signal of its config (TERM "
        "if there is none), kills it when it has not done so in time, and returns when the "
        "container has been undone. One that is kept until runtime delete is undone then, if it "
        "was made by runtime create.\n"
        "\n"
        "  runtime stop web\n"
        "  runtime stop --time 0 web\n"
        "  runtime stop --signal INT web\n",
    .options = kOptions,
    .execute = Stop};

}  // namespace slipway::commands
