#include "runtime/launch/launch.h"

#include <signal.h>

#include <chrono>
#include <exception>
#include <utility>

#include "runtime/launch/await.h"
#include "runtime/launch/container.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/init.h"
#include "runtime/launch/parked.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/sharing.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/start.h"
#include "runtime/launch/strays.h"
#include "runtime/launch/supervisor.h"
#include "runtime/launch/terminal.h"
#include "runtime/launch/unwinder.h"
#include "runtime/state/journal.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

// Measures the container that it is told of, however the run of it ends.
class Stopwatch {
 public:
  explicit Stopwatch(Usage& usage) : usage_(usage) {}
  ~Stopwatch() { usage_.wall_ns = std::chrono::nanoseconds(Clock::now() - begin_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  Usage& usage_;
  const Clock::time_point begin_ = Clock::now();
};

Occasion OccasionOf(const Job& job) {
  return {.operation = SLIPWAY_START, .container_id = &job.facts.id, .log = &job.log};
}

Result<Plan> PreClone(const Job& job, state::Journal& journal) {
  Plan plan;
  slipway_context context = ContextFor(OccasionOf(job));
  context.journal = &journal;
  context.plan = &plan;
  for (const Stage& stage : job.stages) {
    RETURN_IF_ERROR(stage.PreClone(context));
    if (stage.descriptor().pre_clone) RETURN_IF_ERROR(CheckIntact(journal, stage, kPreClone));
    ++context.stage;
  }
  return plan;
}

Status PostClone(const Job& job, const Container& container, state::Journal& journal) {
  slipway_context context = ContextFor(OccasionOf(job));
  context.journal = &journal;
  context.child_pid = container.pid();
  context.child_pidfd = container.pidfd().get();
  for (const Stage& stage : job.stages) {
    RETURN_IF_ERROR(stage.PostClone(context));
    if (stage.descriptor().post_clone) RETURN_IF_ERROR(CheckIntact(journal, stage, kPostClone));
    ++context.stage;
  }
  return Ok();
}

// The command runs: from here to its end.
Result<int> Supervise(const Job& job, Container& container, const SignalSource& signals,
                      const std::vector<SignalEvent>& early, const Terminal& terminal,
                      Outcome& outcome) {
  outcome.started = true;
  if (job.started) {
    Status told = job.started(container.pid());
    if (!told.ok()) {
      (void)sys::SendSignal(container.pidfd(), SIGKILL).ok();
      (void)container.AwaitEnd().ok();
      outcome.usage.processes = container.usage();
      return told;
    }
  }
  Supervisor supervisor(container, signals, terminal, job.caller);
  auto exit_status = supervisor.Run(early);
  outcome.signaled = supervisor.signaled();
  outcome.usage.processes = container.usage();
  return exit_status;
}

Result<int> RunParked(const Setup& setup, const Job& job, const SignalSource& signals,
                      const Terminal& terminal, state::Journal& journal, Outcome& outcome) {
  const Stopwatch stopwatch(outcome.usage);
  ASSIGN_OR_RETURN(ParkedStart start, ParkedStart::Clone(setup));
  Container& container = start.container();
  job.guard.SetChild(container.pidfd().get());
  RETURN_IF_ERROR(RecordChild(container.pid(), container.pidfd(), journal));
  RETURN_IF_ERROR(PostClone(job, container, journal));
  journal.LendToChild();
  RETURN_IF_ERROR(start.Release());
  job.guard.Pause();
  std::vector<SignalEvent> early;
  ASSIGN_OR_RETURN(const auto ended_by_signal, start.AwaitExec(signals, early));
  if (ended_by_signal) return *ended_by_signal;
  return Supervise(job, container, signals, early, terminal, outcome);
}

Result<int> RunSharing(const Setup& setup, const Job& job, const SignalSource& signals,
                       const Terminal& terminal, state::Journal& journal, Outcome& outcome) {
  const Stopwatch stopwatch(outcome.usage);
  ASSIGN_OR_RETURN(SharingStart start, StartSharing(setup, journal, job.guard));
  job.guard.SetChild(start.container.pidfd().get());
  std::vector<SignalEvent> early;
  if (start.channel) {
    ASSIGN_OR_RETURN(
        const auto ended_by_signal,
        AwaitCommand(setup, start.container, *start.channel, signals, start.path, early));
    if (ended_by_signal) return *ended_by_signal;
  }
  return Supervise(job, start.container, signals, early, terminal, outcome);
}

Result<int> Run(const Job& job, const BlockedSignals& blocked, state::Journal& journal,
                Outcome& outcome) {
  ASSIGN_OR_RETURN(const SignalSource signals, SignalSource::Make(blocked));
  // Before the command can take the foreground.
  const Terminal terminal;
  ASSIGN_OR_RETURN(Plan plan, PreClone(job, journal));
  for (const int fd : job.kept_fds) plan.Keep(fd);
  const Execution execution(job.command);
  InitProgram init;
  if (plan.init) {
    ASSIGN_OR_RETURN(init, InitProgram::Make(execution, blocked.before(), plan.init_flags));
  }
  const Setup setup{.id = job.facts.id,
                    .stages = job.stages,
                    .plan = plan,
                    .execution = execution,
                    .init = init,
                    .signals = blocked,
                    .journal = journal,
                    .log = job.log,
                    .outlives_host = job.facts.outlives_host,
                    .patience = job.patience};
  if (MayShare(setup)) return RunSharing(setup, job, signals, terminal, journal, outcome);
  return RunParked(setup, job, signals, terminal, journal, outcome);
}

// No exception of a library keeps Teardown from being called.
Result<int> RunCaught(const Job& job, const BlockedSignals& blocked, state::Journal& journal,
                      Outcome& outcome) {
  try {
    return Run(job, blocked, journal, outcome);
  } catch (const std::exception& exception) {
    return Error("internal error", exception.what()).In({}, "launch");
  }
}

std::vector<std::string> UndoWords(const Job& job) {
  std::vector<std::string> words = job.gc_words;
  words.push_back(job.facts.id);
  return words;
}

int StatusOf(const Result<int>& exit_status) {
  if (exit_status.ok()) return *exit_status;
  return exit_status.error()->exit_status ? exit_status.error()->exit_status : kRuntimeFailed;
}

// Returns what failed; then the journal stays.
std::vector<Error> Undo(const Job& job, state::Journal& journal, Status taken_back) {
  std::vector<Error> failures = Unwind(OccasionOf(job), job.stages, journal.entries());
  if (!taken_back.ok()) failures.push_back(KeepingState(taken_back.error()));
  if (failures.empty()) {
    Status removed = journal.Remove();
    if (!removed.ok()) removed = journal.Remove();
    if (!removed.ok()) failures.push_back(KeepingState(removed.error()));
  }
  for (Error& failure : failures) {
    if (!*failure->hint) failure.Hint("runtime gc tries it again");
  }
  return failures;
}

}  // namespace

Outcome Launch(const Job& job) {
  BlockedSignals blocked;
  if (job.guard.TickWasBlocked()) blocked.KeepBlocked(SIGALRM);
  job.guard.Resume();
  const Strays strays;
  auto journal = state::Journal::Begin(job.root, job.facts);
  if (!journal.ok()) return {.exit_status = KeepingState(journal.error())};
  job.guard.Protect({.undo = UndoWords(job), .lock_fd = journal->fd()});
  Outcome outcome{.exit_status = kRuntimeFailed};
  outcome.exit_status = RunCaught(job, blocked, *journal, outcome);
  Status taken_back = journal->TakeBack();
  if (!taken_back.ok()) taken_back = journal->TakeBack();
  job.guard.SetOutcome(StatusOf(outcome.exit_status));
  job.guard.Resume();
  const bool ended_badly = outcome.exit_status.ok() && *outcome.exit_status != 0;
  if (job.want_figures || ended_badly) {
    outcome.findings =
        CollectFindings(OccasionOf(job), job.stages, journal->entries(), outcome.warnings);
  }
  for (Error& failure : Undo(job, *journal, std::move(taken_back))) {
    outcome.warnings.push_back(std::move(failure));
  }
  if (!strays.End()) {
    outcome.warnings.push_back(Error("a stage left a process behind", {}, "it was killed"));
  }
  job.guard.Release();
  if (job.ended) job.ended(outcome);
  // What was meant for the container has come too late, and must not end this process instead.
  blocked.Discard();
  return outcome;
}

}  // namespace slipway::launch
