#include "runtime/launch/launch.h"

#include <signal.h>

#include <exception>
#include <utility>

#include "runtime/launch/container.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/host_table.h"
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

namespace slipway::launch {
namespace {

constexpr const char* kJournalStep = "journal";

Result<Plan> PreClone(const Job& job, state::Journal& journal) {
  Plan plan;
  slipway_context context;
  context.container_id = &job.facts.id;
  context.journal = &journal;
  context.plan = &plan;
  for (const Stage& stage : job.stages) {
    RETURN_IF_ERROR(stage.PreClone(context));
    if (stage.descriptor().pre_clone) RETURN_IF_ERROR(CheckIntact(journal, stage, "pre-clone"));
    ++context.stage;
  }
  return plan;
}

Status PostClone(const Job& job, const Container& container, state::Journal& journal) {
  slipway_context context;
  context.container_id = &job.facts.id;
  context.journal = &journal;
  context.child_pid = container.pid();
  context.child_pidfd = container.pidfd().get();
  for (const Stage& stage : job.stages) {
    RETURN_IF_ERROR(stage.PostClone(context));
    if (stage.descriptor().post_clone) RETURN_IF_ERROR(CheckIntact(journal, stage, "post-clone"));
    ++context.stage;
  }
  return Ok();
}

Result<int> RunParked(const Setup& setup, const Job& job, const SignalSource& signals,
                      const Terminal& terminal, state::Journal& journal) {
  ASSIGN_OR_RETURN(ParkedStart start, ParkedStart::Clone(setup));
  Container& container = start.container();
  job.guard.SetChild(container.pidfd().get());
  RETURN_IF_ERROR(RecordChild(container.pid(), container.pidfd(), journal));
  RETURN_IF_ERROR(PostClone(job, container, journal));
  RETURN_IF_ERROR(start.Release());
  job.guard.Pause();
  ASSIGN_OR_RETURN(const auto ended_by_signal, start.AwaitExec(signals));
  if (ended_by_signal) return *ended_by_signal;
  return Supervisor(container, signals, terminal).Run();
}

Result<int> Run(const Job& job, const BlockedSignals& blocked, state::Journal& journal) {
  ASSIGN_OR_RETURN(const SignalSource signals, SignalSource::Make(blocked));
  // Before the command can take the foreground.
  const Terminal terminal;
  ASSIGN_OR_RETURN(const Plan plan, PreClone(job, journal));
  const Execution execution(job.command);
  const Setup setup{.id = job.facts.id,
                    .stages = job.stages,
                    .plan = plan,
                    .execution = execution,
                    .signals = blocked,
                    .outlives_host = job.facts.outlives_host,
                    .patience = job.patience};
  if (!MayShare(setup)) return RunParked(setup, job, signals, terminal, journal);
  ASSIGN_OR_RETURN(Container container, StartSharing(setup, journal, job.guard));
  job.guard.SetChild(container.pidfd().get());
  return Supervisor(container, signals, terminal).Run();
}

// No exception of a library keeps Teardown from being called.
Result<int> RunCaught(const Job& job, const BlockedSignals& blocked, state::Journal& journal) {
  try {
    return Run(job, blocked, journal);
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
std::vector<Error> Undo(const Job& job, state::Journal& journal) {
  std::vector<Error> failures = Unwind(job.stages, journal.entries());
  if (failures.empty()) {
    Status removed = journal.Remove();
    if (!removed.ok()) removed = journal.Remove();
    if (!removed.ok()) failures.push_back(removed.error().In({}, kJournalStep));
  }
  for (Error& failure : failures) {
    if (!*failure->hint) failure.Hint("runtime gc tries it again");
  }
  return failures;
}

}  // namespace

Outcome Launch(const Job& job) {
  // An inherited "ignore" would let the kernel reap the child behind our back; waitpid(2).
  signal(SIGCHLD, SIG_DFL);
  BlockedSignals blocked;
  if (job.guard.TickWasBlocked()) blocked.KeepBlocked(SIGALRM);
  job.guard.Resume();
  const Strays strays;
  auto journal = state::Journal::Begin(job.root, job.facts);
  if (!journal.ok()) return {journal.error().In({}, kJournalStep), {}, {}};
  job.guard.Protect({.undo = UndoWords(job), .lock_fd = journal->fd()});
  Outcome outcome{RunCaught(job, blocked, *journal), {}, {}};
  job.guard.SetOutcome(StatusOf(outcome.exit_status));
  job.guard.Resume();
  if (outcome.exit_status.ok() && (job.want_figures || *outcome.exit_status != 0)) {
    outcome.findings =
        CollectFindings(job.facts.id, job.stages, journal->entries(), outcome.warnings);
  }
  for (Error& failure : Undo(job, *journal)) outcome.warnings.push_back(std::move(failure));
  if (!strays.End()) {
    outcome.warnings.push_back(Error("a stage left a process behind", {}, "it was killed"));
  }
  job.guard.Release();
  return outcome;
}

}  // namespace slipway::launch
