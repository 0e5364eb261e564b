#include "runtime/launch/launch.h"

#include <signal.h>

#include <exception>

#include "runtime/launch/child.h"
#include "runtime/launch/container.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/supervisor.h"
#include "runtime/launch/terminal.h"
#include "runtime/launch/unwinder.h"
#include "runtime/state/journal.h"

namespace slipway::launch {
namespace {

Result<Plan> PreClone(const std::string& id, const std::vector<Stage>& stages,
                      state::Journal& journal) {
  Plan plan;
  slipway_context context;
  context.container_id = &id;
  context.journal = &journal;
  context.plan = &plan;
  for (const Stage& stage : stages) {
    RETURN_IF_ERROR(stage.PreClone(context));
    ++context.stage;
  }
  return plan;
}

Status PostClone(const std::string& id, const std::vector<Stage>& stages,
                 const Container& container, state::Journal& journal) {
  slipway_context context;
  context.container_id = &id;
  context.journal = &journal;
  context.child_pid = container.pid();
  context.child_pidfd = container.pidfd().get();
  for (const Stage& stage : stages) {
    RETURN_IF_ERROR(stage.PostClone(context));
    ++context.stage;
  }
  return Ok();
}

Result<int> Run(const std::string& id, const std::vector<Stage>& stages, const Command& command,
                const BlockedSignals& blocked, state::Journal& journal) {
  ASSIGN_OR_RETURN(const SignalSource signals, SignalSource::Make(blocked));
  // Before the command can take the foreground.
  const Terminal terminal;
  ASSIGN_OR_RETURN(const Plan plan, PreClone(id, stages, journal));
  const Setup setup{id, stages, plan, command, blocked};
  ASSIGN_OR_RETURN(Container container, Container::CloneParked(setup));
  RETURN_IF_ERROR(PostClone(id, stages, container, journal));
  container.Release();
  ASSIGN_OR_RETURN(const auto ended_by_signal, container.AwaitExec(signals));
  if (ended_by_signal) return *ended_by_signal;
  return Supervisor(container, signals, terminal).Run();
}

// No exception of a library keeps Teardown from being called.
Result<int> RunGuarded(const std::string& id, const std::vector<Stage>& stages,
                       const Command& command, const BlockedSignals& blocked,
                       state::Journal& journal) {
  try {
    return Run(id, stages, command, blocked, journal);
  } catch (const std::exception& exception) {
    return Error("internal error", exception.what()).In({}, "launch");
  }
}

}  // namespace

Outcome Launch(const std::string& id, const std::vector<Stage>& stages, const Command& command,
               bool want_figures) {
  // An inherited "ignore" would let the kernel reap the child behind our back; waitpid(2).
  signal(SIGCHLD, SIG_DFL);
  const BlockedSignals blocked;
  state::Journal journal;
  Outcome outcome{RunGuarded(id, stages, command, blocked, journal), {}, {}};
  if (outcome.exit_status.ok() && (want_figures || *outcome.exit_status != 0)) {
    outcome.findings = CollectFindings(id, stages, journal, outcome.warnings);
  }
  for (Error& failure : Unwind(stages, journal)) outcome.warnings.push_back(std::move(failure));
  return outcome;
}

}  // namespace slipway::launch
