#include "runtime/launch/join.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "runtime/launch/attend.h"
#include "runtime/launch/await.h"
#include "runtime/launch/beside.h"
#include "runtime/launch/caught.h"
#include "runtime/launch/container.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/init.h"
#include "runtime/launch/needed_calls.h"
#include "runtime/launch/parked.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/start.h"
#include "runtime/launch/strays.h"
#include "runtime/launch/target.h"
#include "runtime/launch/terminal.h"
#include "runtime/launch/treatment.h"
#include "runtime/sys/pid_namespace.h"

namespace slipway::launch {
namespace {

// What stages want for the container's own user is not another one's: root has what they leave to
// root, anybody else has no capability.
void RunAs(const std::string& user, ProcessPlan& plan) {
  if (plan.user && plan.user->value == user) return;
  plan.user = Wish<std::string>{user, Wisher{}};
  plan.groups.reset();
  if (!plan.capabilities) return;
  plan.capabilities->value.inheritable = 0;
  plan.capabilities->value.ambient = 0;
}

Result<Plan> PreClone(const JoinJob& job) {
  Plan plan;
  slipway_context context = ContextFor(job.occasion);
  context.plan = &plan;
  context.child_pid = job.pid;
  context.child_pidfd = job.pidfd.get();
  for (const Stage& stage : job.stages) {
    if (stage.Joins(SLIPWAY_JOIN_PRE_CLONE, job.terminal)) RETURN_IF_ERROR(stage.PreClone(context));
    ++context.stage;
  }
  for (const int fd : job.kept_fds) RETURN_IF_ERROR(plan.inherited.Keep(fd, -1, {}));
  if (!job.user.empty()) RunAs(job.user, plan.process);
  return plan;
}

Status CheckTerminal(const JoinJob& job) {
  if (!job.terminal || std::any_of(job.stages.begin(), job.stages.end(),
                                   [](const Stage& stage) { return stage.GivesTerminal(); })) {
    return Ok();
  }
  return Error("cannot give the command a terminal: the container has no stage for that", {},
               "start it with one, such as console, or leave --tty out");
}

// The command's process: a child of this one, and not of the one that has let it in.
Result<Container> FindCommand(const JoinJob& job, Container& joiner, const Began& began) {
  static const Plan plain;
  const auto wanted = sys::PidNamespaceOf(job.pid, job.pidfd);
  if (!wanted) {
    return Error(errno, "look at the container's first process", std::to_string(job.pid))
        .In({}, "join");
  }
  ASSIGN_OR_RETURN(sys::Cloned command, FindBeside(began.pid, *wanted));
  Container found(plain, std::move(command));
  RETURN_IF_ERROR(AwaitMaker(joiner));
  return found;
}

Result<int> Run(const JoinJob& job, const BlockedSignals& blocked, Outcome& outcome) {
  ASSIGN_OR_RETURN(const SignalSource signals, SignalSource::Make(blocked));
  const Terminal terminal;
  RETURN_IF_ERROR(CheckTerminal(job));
  ASSIGN_OR_RETURN(const Target target, Target::Find(job.pid, job.pidfd));
  ASSIGN_OR_RETURN(const Plan plan, PreClone(job));
  const Execution execution(Merged(job.command, plan.process, nullptr));
  ASSIGN_OR_RETURN(InitProgram init,
                   InitProgram::Make(blocked.before(), 0,
                                     job.outlives_host ? InitProgram::Role::kJoinedFree
                                                       : InitProgram::Role::kJoined));
  RETURN_IF_ERROR(CheckLimits(plan.process, init.wanted()));
  RETURN_IF_ERROR(CheckFilters(plan.process, init));
  const Setup setup{.stages = job.stages,
                    .plan = plan,
                    .command = job.command,
                    .execution = execution,
                    .init = init,
                    .signals = blocked,
                    .journal = nullptr,
                    .target = &target,
                    .guard = job.guard,
                    .occasion = job.occasion,
                    .log = *job.occasion.log,
                    .wants_terminal = job.terminal,
                    .outlives_host = job.outlives_host,
                    .patience = job.patience};
  ASSIGN_OR_RETURN(ParkedStart start, ParkedStart::Clone(setup));
  job.guard.SetChild(start.container().pidfd().get());
  RETURN_IF_ERROR(start.Release());
  job.guard.Pause();
  Began began;
  RETURN_IF_ERROR(start.AwaitHooks(signals, began));
  // The container, whose process it is now, may keep it from its exec as long as it likes.
  if (job.joined) job.joined();
  RETURN_IF_ERROR(start.AwaitExec(signals, began));
  ASSIGN_OR_RETURN(Container command, FindCommand(job, start.container(), began));
  job.guard.SetChild(command.pidfd().get());
  return Attend({.supervision = {.signals = signals, .terminal = terminal}}, command, began,
                outcome);
}

}  // namespace

Outcome Join(const JoinJob& job) {
  BlockedSignals blocked;
  if (job.guard.TickWasBlocked()) blocked.KeepBlocked(SIGALRM);
  job.guard.Resume();
  const Strays strays;
  Outcome outcome{.exit_status = kRuntimeFailed};
  outcome.exit_status = CaughtIn("join", [&] { return Run(job, blocked, outcome); });
  job.guard.Resume();
  // Of a command that did not come to run, it is that one's.
  if (!strays.End() && outcome.started && outcome.exit_status.ok()) {
    outcome.warnings.push_back(Error("a stage left a process behind", {}, "it was killed"));
  }
  job.guard.Release();
  blocked.Discard();
  return outcome;
}

}  // namespace slipway::launch
