#include "runtime/launch/launch.h"

#include <sched.h>

#include <chrono>
#include <functional>
#include <utility>

#include "runtime/launch/attend.h"
#include "runtime/launch/await.h"
#include "runtime/launch/beside.h"
#include "runtime/launch/caught.h"
#include "runtime/launch/container.h"
#include "runtime/launch/created.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/id_maps.h"
#include "runtime/launch/init.h"
#include "runtime/launch/namespace_table.h"
#include "runtime/launch/needed_calls.h"
#include "runtime/launch/operations.h"
#include "runtime/launch/parked.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/sharing.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/start.h"
#include "runtime/launch/started.h"
#include "runtime/launch/strays.h"
#include "runtime/launch/terminal.h"
#include "runtime/launch/treatment.h"
#include "runtime/launch/unwinder.h"
#include "runtime/state/journal.h"
#include "runtime/state/start_socket.h"

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

Occasion OccasionOf(const Job& job, const state::Journal& journal,
                    state::Phase phase = state::Phase::kCreating) {
  return {.operation = SLIPWAY_START,
          .container_id = &job.facts.id,
          .phase = phase,
          .log = &job.log,
          .entries = &journal.entries(),
          .states = &journal.states(),
          .annotations = &job.facts.annotations,
          .oci_state = &job.oci_state};
}

// Why no terminal of the container can be relayed to this process's caller; or null.
const char* WhyNoRelay(const Job& job) {
  if (job.create_only) {
    return "a container that is created first has no runtime beside it; runtime run starts it with "
           "one";
  }
  return job.command.output >= 0 ? "leave --detach out, or the stage" : nullptr;
}

Result<Plan> PreClone(const Job& job, state::Journal& journal) {
  Plan plan;
  slipway_context context = ContextFor(OccasionOf(job, journal));
  context.journal = &journal;
  context.plan = &plan;
  context.no_relay = WhyNoRelay(job);
  for (const Stage& stage : job.stages) {
    RETURN_IF_ERROR(stage.PreClone(context));
    if (stage.descriptor().pre_clone) RETURN_IF_ERROR(CheckIntact(journal, stage, kPreClone));
    ++context.stage;
  }
  if (auto clash = FindClash(plan); clash) {
    return job.stages[clash->stage].Blamed(std::move(clash->error), kPreClone);
  }
  RETURN_IF_ERROR(CheckForks(plan.process, plan.init || plan.Joined(CLONE_NEWPID) != nullptr));
  RETURN_IF_ERROR(ChooseIdMaps(plan, job.root, journal, job.log));
  return plan;
}

Status PostClone(const Job& job, const Plan& plan, const Container& container,
                 state::Journal& journal) {
  slipway_context context = ContextFor(OccasionOf(job, journal));
  context.journal = &journal;
  context.child_pid = container.pid();
  context.child_pidfd = container.pidfd().get();
  for (const Stage& stage : job.stages) {
    if (stage.HasPostClone(plan.SkipsPostClone(context.stage))) {
      RETURN_IF_ERROR(stage.PostClone(context));
      RETURN_IF_ERROR(CheckIntact(journal, stage, kPostClone));
    }
    ++context.stage;
  }
  return Ok();
}

// A container that is paused, or has frozen itself, takes no signal; in cgroup v1 not even KILL.
void LetGoOn(const Job& job, state::Journal& journal) {
  if (!journal.BeginOperation().ok()) return;
  job.guard.Resume();
  Occasion occasion = OccasionOf(job, journal, state::Phase::kPaused);
  occasion.operation = SLIPWAY_FREEZE;
  if (Freeze(occasion, job.stages, journal, /*frozen=*/false).ok()) {
    (void)journal.SetPhase(state::Phase::kRunning).ok();
  }
  job.guard.Pause();
  journal.EndOperation();
}

TimeLimit LimitOf(const Job& job, state::Journal& journal) {
  return {.time = job.limit.time,
          .grace = job.limit.grace,
          .signal = job.limit.signal,
          .let_go_on = [&job, &journal] { LetGoOn(job, journal); }};
}

// The command runs: others may do something with the container now, so they are told. One that is
// only created is left to them.
Result<int> AttendStarted(const Job& job, Container& container, const SignalSource& signals,
                          Began& began, const Terminal& terminal, state::Journal& journal,
                          Outcome& outcome) {
  if (job.create_only) {
    return LeaveWaiting(job.started, signals, container, job.guard, journal, outcome);
  }
  const std::function<Status(pid_t)> started = [&](pid_t pid) -> Status {
    const Occasion occasion = OccasionOf(job, journal);
    RETURN_IF_ERROR(CallStarted({.occasion = occasion,
                                 .stages = job.stages,
                                 .guard = job.guard,
                                 .journal = journal,
                                 .pid = container.pid(),
                                 .pidfd = container.pidfd()},
                                std::move(began.passed)));
    Status told = journal.SetPhase(state::Phase::kRunning);
    if (!told.ok()) return KeepingState(told.error());
    return job.started ? job.started(pid) : Ok();
  };
  return Attend({.supervision = {.signals = signals,
                                 .terminal = terminal,
                                 .caller = job.caller,
                                 .limit = LimitOf(job, journal)},
                 .started = started},
                container, began, outcome);
}

// The container's own first process is in the pid namespace that it joins. It does nothing before
// others can find it.
Status AwaitExecInside(const Setup& setup, const Job& job, const SignalSource& signals,
                       ParkedStart& start, state::Journal& journal, Began& began) {
  const ino_t inside = setup.plan.Joined(CLONE_NEWPID)->id.inode;
  ASSIGN_OR_RETURN(sys::Cloned born, start.AwaitBirth(signals, inside, began));
  job.guard.SetChild(born.pidfd.get());
  RETURN_IF_ERROR(RecordChild(born.pid, born.pidfd, journal));
  if (setup.init.joins()) {
    RETURN_IF_ERROR(start.Release());
    RETURN_IF_ERROR(start.AwaitExec(signals, began));
    return start.Follow(std::move(born));
  }
  RETURN_IF_ERROR(start.Follow(std::move(born)));
  RETURN_IF_ERROR(start.Release());
  return start.AwaitExec(signals, began);
}

Status AwaitExec(const Setup& setup, const Job& job, const SignalSource& signals,
                 ParkedStart& start, state::Journal& journal, Began& began) {
  const JoinedNamespace* const pids = setup.plan.Joined(CLONE_NEWPID);
  if (pids == nullptr) return start.AwaitExec(signals, began);
  const pid_t maker = start.container().pid();
  Status status = AwaitExecInside(setup, job, signals, start, journal, began);
  if (!status.ok() && start.container().pid() == maker) EndBeside(pids->id.inode);
  return status;
}

Result<int> RunParked(const Setup& setup, const Job& job, const SignalSource& signals,
                      const Terminal& terminal, state::Journal& journal, Outcome& outcome) {
  const Stopwatch stopwatch(outcome.usage);
  ASSIGN_OR_RETURN(ParkedStart start, ParkedStart::Clone(setup));
  Container& container = start.container();
  job.guard.SetChild(container.pidfd().get());
  RETURN_IF_ERROR(RecordChild(container.pid(), container.pidfd(), journal));
  RETURN_IF_ERROR(WriteIdMaps(setup.plan, container.pid(), journal));
  RETURN_IF_ERROR(PostClone(job, setup.plan, container, journal));
  RETURN_IF_ERROR(start.Release());
  job.guard.Pause();
  Began began;
  RETURN_IF_ERROR(start.AwaitHooks(signals, began));
  RETURN_IF_ERROR(AwaitExec(setup, job, signals, start, journal, began));
  return AttendStarted(job, container, signals, began, terminal, journal, outcome);
}

Result<int> RunSharing(const Setup& setup, const Job& job, const SignalSource& signals,
                       const Terminal& terminal, state::Journal& journal, Outcome& outcome) {
  const Stopwatch stopwatch(outcome.usage);
  ASSIGN_OR_RETURN(SharingStart start, StartSharing(setup, journal, job.guard));
  job.guard.SetChild(start.container.pidfd().get());
  Began began;
  if (start.channel) {
    RETURN_IF_ERROR(
        AwaitCommand(setup, start.container, *start.channel, signals, start.path, began));
  }
  return AttendStarted(job, start.container, signals, began, terminal, journal, outcome);
}

Result<int> Run(const Job& job, const BlockedSignals& blocked, state::Journal& journal,
                Outcome& outcome) {
  ASSIGN_OR_RETURN(const SignalSource signals, SignalSource::Make(blocked));
  // Before the command can take the foreground.
  const Terminal terminal;
  ASSIGN_OR_RETURN(Plan plan, PreClone(job, journal));
  for (const int fd : job.kept_fds) RETURN_IF_ERROR(plan.inherited.Keep(fd, -1, {}));
  const Execution execution(Merged(job.command, plan.process, nullptr));
  InitProgram init;
  // Not until it waits for its start, which nobody but this process would write down.
  const bool outlives_host = job.facts.outlives_host && !job.create_only;
  const bool enters = plan.Joined(CLONE_NEWPID) != nullptr;
  // What may live longer than this process, or is seen by others, never executes anything as a copy
  // of it.
  if (plan.init || job.facts.kept || job.facts.outlives_host || enters) {
    ASSIGN_OR_RETURN(init, InitProgram::Make(blocked.before(), plan.init_flags));
  }
  if (!plan.init) init.Become();
  if (job.create_only) {
    auto listener = state::ListenForStart(job.root, job.facts.id);
    if (!listener.ok()) return KeepingState(listener.error());
    init.AwaitStart(std::move(*listener));
  }
  if (enters) init.Enter(/*tied=*/!outlives_host);
  RETURN_IF_ERROR(CheckLimits(plan.process, init.wanted()));
  RETURN_IF_ERROR(CheckFilters(plan.process, init));
  const Occasion occasion = OccasionOf(job, journal);
  const Setup setup{.stages = job.stages,
                    .plan = plan,
                    .command = job.command,
                    .execution = execution,
                    .init = init,
                    .signals = blocked,
                    .journal = &journal,
                    .target = nullptr,
                    .guard = job.guard,
                    .occasion = occasion,
                    .log = job.log,
                    .wants_terminal = false,
                    .outlives_host = outlives_host,
                    .patience = job.patience};
  if (MayShare(setup)) return RunSharing(setup, job, signals, terminal, journal, outcome);
  return RunParked(setup, job, signals, terminal, journal, outcome);
}

// No exception of a library keeps Teardown from being called.
Result<int> RunCaught(const Job& job, const BlockedSignals& blocked, state::Journal& journal,
                      Outcome& outcome) {
  return CaughtIn("launch", [&] { return Run(job, blocked, journal, outcome); });
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

// Returns what failed; then the journal stays. kept: it stays anyway, and says that all is undone.
std::vector<Error> Undo(const Job& job, state::Journal& journal, Status taken_back, bool kept) {
  std::vector<Error> failures =
      Unwind(OccasionOf(job, journal, state::Phase::kStopped), job.stages);
  if (!taken_back.ok()) failures.push_back(KeepingState(taken_back.error()));
  if (failures.empty()) {
    Status removed = kept ? journal.SetUndone() : journal.Remove();
    if (!removed.ok()) removed = kept ? journal.SetUndone() : journal.Remove();
    if (!removed.ok()) failures.push_back(KeepingState(removed.error()));
  }
  for (Error& failure : failures) {
    if (!*failure->hint)
      failure.Hint(kept ? "runtime delete tries it again" : "runtime gc tries it again");
  }
  return failures;
}

// The container has ended, or was not started: everything is undone.
void Finish(const Job& job, state::Journal& journal, Outcome& outcome) {
  Status taken_back = journal.TakeBack();
  if (!taken_back.ok()) taken_back = journal.TakeBack();
  bool kept = job.facts.kept && outcome.started && outcome.exit_status.ok();
  if (kept) {
    Status written = journal.SetEnded(*outcome.exit_status, outcome.timed_out);
    kept = written.ok();
    if (!kept) outcome.warnings.push_back(KeepingState(written.error()));
  }
  job.guard.SetOutcome(StatusOf(outcome.exit_status));
  job.guard.Resume();
  const bool ended_badly = outcome.exit_status.ok() && *outcome.exit_status != 0;
  if (job.want_figures || ended_badly) {
    outcome.findings = CollectFindings(OccasionOf(job, journal, state::Phase::kStopped), job.stages,
                                       outcome.warnings);
  }
  for (Error& failure : Undo(job, journal, std::move(taken_back), kept)) {
    outcome.warnings.push_back(std::move(failure));
  }
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
  if (outcome.waiting == 0) Finish(job, *journal, outcome);
  if (!strays.End(outcome.waiting)) {
    outcome.warnings.push_back(Error("a stage left a process behind", {}, "it was killed"));
  }
  job.guard.Release();
  if (job.ended) job.ended(outcome);
  // What was meant for the container has come too late, and must not end this process instead.
  blocked.Discard();
  return outcome;
}

}  // namespace slipway::launch
