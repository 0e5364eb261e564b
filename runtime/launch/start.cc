#include "runtime/launch/start.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "runtime/launch/exit_status.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/own_namespaces.h"
#include "runtime/launch/treatment.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr const char* kKilled =
    "from outside; or by the kernel, if a memory limit is too small to start in";

std::string In(const char* hook) { return " " + std::string(WhereIn(hook)); }

// The end of a child in the middle of a hook. A SIGKILL is hardly the hook's own doing.
Error EndedInHook(const char* hook, int wait_status) {
  if (!WIFSIGNALED(wait_status)) {
    return Error("ended the child" + In(hook), {},
                 "a bug of the stage; exit status " + std::to_string(WEXITSTATUS(wait_status)));
  }
  const int signal = WTERMSIG(wait_status);
  if (signal == SIGKILL) return Error("was killed" + In(hook), {}, kKilled);
  return Error("crashed" + In(hook) + ": " + strsignal(signal), {}, "a bug of the stage");
}

Error EndedInExec(int wait_status) {
  int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  std::string what = signal ? "the container's first process" : "the command's process";
  what += " ended before the command ran";
  if (!signal) {
    // The init has passed on how its child ended.
    const int exit_status = WEXITSTATUS(wait_status);
    if (exit_status <= kSignalBase)
      return Error(what + ", with exit status " + std::to_string(exit_status));
    signal = exit_status - kSignalBase;
  }
  return Error(what + ": " + strsignal(signal), {}, signal == SIGKILL ? kKilled : "");
}

// Is the hook there, and does it hold for what is being done?
bool Concerns(const Setup& setup, const Stage& stage, const char* hook, slipway_joins joins) {
  const slipway_stage& descriptor = stage.descriptor();
  if ((hook == kFinish ? descriptor.finish : descriptor.in_child) == nullptr) return false;
  return setup.target == nullptr || stage.Joins(joins, setup.wants_terminal);
}

// Why nothing can be put aside for Started; or null.
const char* WhyNoStarted(const Setup& setup) {
  if (setup.target != nullptr) return "runtime exec does not call it";
  if (setup.init.listener() >= 0) return "runtime start calls it, in a process of its own";
  return nullptr;
}

Status RunHooks(const Hooks& hooks, const char* hook, slipway_joins joins,
                Status (Stage::*call)(slipway_context&) const) {
  const Setup& setup = hooks.setup;
  slipway_context context = ContextFor(setup.occasion);
  context.log = &hooks.log;
  context.journal = setup.journal;
  if (hook == kInChild) {
    context.root = &hooks.root;
    context.descriptors = &hooks.descriptors;
    context.channel = hooks.channel;
    context.procfs = hooks.procfs;
    context.relays = setup.plan.relays;
    context.no_started = WhyNoStarted(setup);
  } else {
    context.finishing = &hooks.descriptors;
  }
  hooks.progress.stage = 0;
  hooks.progress.hook = hook;
  for (const Stage& stage : setup.stages) {
    context.stage = hooks.progress.stage;
    if (Concerns(setup, stage, hook, joins)) {
      RETURN_IF_ERROR((stage.*call)(context));
      RETURN_IF_ERROR(hooks.after(stage));
    }
    ++hooks.progress.stage;
  }
  return Ok();
}

// A task that moves itself alone ("0" in tasks, not in cgroup.procs) need not wait until no process
// of the machine forks or ends; cgroup_procs_write_start() in kernel/cgroup/cgroup.c.
Status EnterCgroups(const Setup& setup) {
  for (const Plan::CgroupTasks& tasks : setup.plan.cgroup_tasks) {
    if (write(tasks.fd, "0", 1) == 1) continue;
    const int cause = errno;
    char path[PATH_MAX] = {};
    (void)!readlink(("/proc/self/fd/" + std::to_string(tasks.fd)).c_str(), path, sizeof(path) - 1);
    const char* hint = "";
    if (cause == EINVAL) {
      hint = "a real-time process (chrt) may only be in a cgroup with cpu.rt_runtime_us";
    } else if (cause == ENODEV || cause == ENOENT) {
      hint = "the container's cgroup has been removed";
    }
    return setup.stages[tasks.stage].Blamed(Error(cause, "enter the cgroup by", path, hint),
                                            kInChild);
  }
  return Ok();
}

// Of the command, when the stage that names it wants it made, and the config names no other.
Status MakeWorkingFolder(const Setup& setup, const ContainerRoot& root) {
  const ProcessPlan& process = setup.plan.process;
  if (!process.make_folder || !root.is_set() || !setup.command.cwd.empty()) return Ok();
  Status made = root.MakeFolder(process.folder->value);
  if (made.ok()) return made;
  return Wished(std::move(made.error()), process.make_folder->wisher);
}

}  // namespace

Error ClosedDescriptors(const Stage& stage, const char* hook) {
  return Error("closed the runtime's descriptors" + In(hook), {},
               "a bug of the stage: a hook closes only what it has opened")
      .In(stage.name(), hook);
}

Status CheckIntact(const state::Journal& journal, const Stage& stage, const char* hook) {
  return journal.IsIntact() ? Ok() : Status(ClosedDescriptors(stage, hook));
}

Position PositionOf(const Progress& progress) { return {progress.stage, progress.hook}; }

Position PastAllHooks(const Setup& setup) { return {setup.stages.size(), kFinish}; }

Status RunInChild(const Hooks& hooks) {
  const Setup& setup = hooks.setup;
  {
    ASSIGN_OR_RETURN(const sys::Fd offsets, OpenClockOffsets(setup));
    RETURN_IF_ERROR(EnterUserNamespace(setup));
    RETURN_IF_ERROR(EnterCgroups(setup));
    RETURN_IF_ERROR(EnterLaterNamespaces(setup, offsets));
  }
  if (setup.target != nullptr) RETURN_IF_ERROR(setup.target->Enter());
  RETURN_IF_ERROR(RunHooks(hooks, kInChild, SLIPWAY_JOIN_IN_CHILD, &Stage::InChild));
  RETURN_IF_ERROR(EnterJoinedPids(setup));
  RETURN_IF_ERROR(EnterJoinedMounts(setup, hooks.root));
  RETURN_IF_ERROR(MakeWorkingFolder(setup, hooks.root));
  Status entered = hooks.root.Enter();
  if (entered.ok() || !hooks.root.is_set()) return entered;
  return setup.stages[hooks.root.stage()].Blamed(std::move(entered.error()), kInChild);
}

bool IsHostile(const Setup& setup, const ContainerRoot& root) {
  return root.is_set() || setup.plan.Joined(CLONE_NEWNS) != nullptr ||
         (setup.target != nullptr && setup.target->hostile());
}

Status RunFinish(const Hooks& hooks) {
  return RunHooks(hooks, kFinish, SLIPWAY_JOIN_FINISH, &Stage::Finish);
}

bool HasFinish(const Setup& setup) {
  return std::any_of(setup.stages.begin(), setup.stages.end(), [&](const Stage& stage) {
    return Concerns(setup, stage, kFinish, SLIPWAY_JOIN_FINISH);
  });
}

Status RecordChild(pid_t pid, const sys::Fd& pidfd, state::Journal& journal) {
  auto identity = sys::Identify(pid, pidfd);
  Status status =
      identity.ok() ? journal.SetChild(*identity) : Status(std::move(identity).status());
  return status.ok() ? std::move(status) : KeepingState(std::move(status.error()));
}

Error KeepingState(Error error) {
  if (error->errno_value) error.Prefix("cannot keep the container's state");
  return error.In({}, "journal");
}

Error InHook(const Setup& setup, const Position& position, Error error) {
  if (position.stage < setup.stages.size()) {
    return error.In(setup.stages[position.stage].name(), position.hook);
  }
  return error.In({}, "exec");
}

Error TookTooLong(const Setup& setup, const Position& position) {
  const bool hook = position.stage < setup.stages.size();
  return InHook(
      setup, position,
      Error((hook ? "hung" + In(position.hook) : std::string("the start of the command hung")) +
                ": no end within " + std::to_string(setup.patience.count()) + " s",
            {}, "--hook-timeout sets how long a hook may take"));
}

Error OutOfStack(const Setup& setup, const Position& position) {
  return InHook(setup, position,
                Error("crashed: the stack is used up", {},
                      "the limit of the stack, RLIMIT_STACK, is too low: raise it with ulimit -s"));
}

Error Interrupted(const Setup& setup, const Position& position, int signal) {
  const bool hook = position.stage < setup.stages.size();
  const std::string when = hook ? In(position.hook) : " before the command ran";
  return InHook(setup, position, Error("interrupted" + when + ": " + strsignal(signal)))
      .ExitStatus(kSignalBase + signal);
}

Error EndedEarly(const Setup& setup, const Position& position, int wait_status) {
  return InHook(setup, position,
                position.stage < setup.stages.size() ? EndedInHook(position.hook, wait_status)
                                                     : EndedInExec(wait_status));
}

}  // namespace slipway::launch
