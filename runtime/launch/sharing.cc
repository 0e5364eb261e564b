#include "runtime/launch/sharing.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/launch/caught.h"
#include "runtime/launch/clone_error.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/last_steps.h"
#include "runtime/sys/clone.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

struct Sharing : sys::SharingBody {
  const Setup& setup;
  state::Journal& journal;
  Progress progress;
  // What stages have said: told by the host, once the memory is its own again.
  std::vector<std::pair<slipway_log_level, Error>> said;
  int channel = -1;  // with an init: the child's end of it
  // The child's: here, so that the host frees what they hold when the child has executed.
  ContainerRoot root;
  Descriptors descriptors;
  LastSteps last;
};

// The child's side. What it allocates it frees, but for what a hook keeps: see Execution.

// Asked for before the host is looked at: it may have died a moment ago. PR_SET_PDEATHSIG(2const).
Status TieToHost(const Sharing& start) {
  if (start.setup.outlives_host) return Ok();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto lives = start.journal.HasHost();
  if (!lives.ok()) return KeepingState(lives.error());
  if (!*lives) _exit(kRuntimeFailed);
  return Ok();
}

Status RecordSelf(const Sharing& start) {
  auto self = sys::OpenPidfd(getpid());
  if (!self.ok()) return KeepingState(self.error());
  return RecordChild(start.pid, *self, start.journal);
}

// Returns only what failed.
Status Enter(Sharing& start) {
  const Setup& setup = start.setup;
  RETURN_IF_ERROR(TieToHost(start));
  RETURN_IF_ERROR(RecordSelf(start));
  const Log log = [&start](slipway_log_level level, const Error& line) {
    start.said.emplace_back(level, line);
  };
  const Hooks hooks{setup,
                    start.progress,
                    start.root,
                    start.descriptors,
                    nullptr,
                    nullptr,
                    log,
                    [&start](const Stage& stage) {
                      return CheckIntact(start.journal, stage, start.progress.hook);
                    }};
  LastSteps& last = start.last;
  RETURN_IF_ERROR(last.Begin());
  RETURN_IF_ERROR(RunInChild(hooks));
  RETURN_IF_ERROR(last.Prepare(IsHostile(setup, start.root), start.descriptors,
                               {Guard::ProcOfSharingChild(), start.channel, start.journal.fd(),
                                setup.init.image(), setup.init.orders(), setup.init.listener()}));
  RETURN_IF_ERROR(RunFinish(hooks));
  // Once more, because a change of credentials unties.
  RETURN_IF_ERROR(TieToHost(start));
  Guard::EndHooksOfSharingChild();
  if (setup.init.wanted()) {
    CopyPath(start.progress.error.subject, last.path());
    return last.RunInit(start.descriptors, start.channel, start.progress.executing);
  }
  return last.Run(start.descriptors, setup.signals.before(), start.progress.executing);
}

void RunChild(sys::SharingBody* body) {
  auto& start = *static_cast<Sharing*>(body);
  Guard::BeginHooksOfSharingChild();
  CaughtInto(start.progress.error, "launch", [&] { return Enter(start); });
  start.progress.failed = true;
  _exit(kRuntimeFailed);
}

// The host's side.

Error WhyItEnded(const Sharing& start, const Container& container, const Guard::Verdict& verdict) {
  const Position position = PositionOf(start.progress);
  if (verdict.interrupted_by) return Interrupted(start.setup, position, verdict.interrupted_by);
  if (verdict.too_long) return TookTooLong(start.setup, position);
  if (verdict.out_of_stack) return OutOfStack(start.setup, position);
  const bool crashed = verdict.crashed_by != 0;
  return EndedEarly(start.setup, position,
                    crashed ? W_EXITCODE(0, verdict.crashed_by) : container.wait_status());
}

void Tell(const Sharing& start) {
  for (const auto& [level, line] : start.said) {
    if (start.setup.log) start.setup.log(level, line);
  }
}

// The child has left the memory as it happened to be: this process ends here.
[[noreturn]] void GiveUp(const Sharing& start, Container& container, Guard& guard) {
  const Guard::Verdict verdict = Guard::VerdictOnSharingChild();
  // It gave the memory back a moment before its end, and a `runtime gc` leaves alone what runs.
  Status ended = container.AwaitEnd();
  const Error error =
      ended.ok() ? WhyItEnded(start, container, verdict) : ended.error().In({}, "exec");
  guard.GiveUp(error.ToString(),
               verdict.interrupted_by ? kSignalBase + verdict.interrupted_by : kRuntimeFailed);
}

bool NeedsHost(const Setup& setup) {
  for (size_t i = 0; i < setup.stages.size(); ++i) {
    if (setup.stages[i].NeedsHost(setup.plan.SkipsPostClone(i))) return true;
  }
  return false;
}

}  // namespace

bool MayShare(const Setup& setup) {
  const Plan& plan = setup.plan;
  return sys::kCanCloneSharing && !plan.relays && !plan.has_own_user() && plan.joined.empty() &&
         (plan.namespaces & CLONE_NEWTIME) == 0 && !NeedsHost(setup) &&
         // The kernel makes a new one nowhere else: EINVAL of clone(2).
         ((plan.namespaces & CLONE_NEWPID) != 0 || sys::HasChildrenInItsPidNamespace());
}

Result<SharingStart> StartSharing(const Setup& setup, state::Journal& journal, Guard& guard) {
  std::optional<std::pair<Channel, Channel>> ends;
  if (setup.init.wanted()) {
    ASSIGN_OR_RETURN(ends, Channel::Make());
  }
  Sharing start{{.run = RunChild},
                setup,
                journal,
                {},
                {},
                ends ? ends->second.fd() : -1,
                {},
                Descriptors(setup.plan.inherited),
                LastSteps(setup.command, setup.plan.process, setup.execution, setup.init)};
  const int dumpable = prctl(PR_GET_DUMPABLE);
  guard.LendToSharingChild();
  auto cloned = sys::CloneSharing(setup.plan.clone_flags(), setup.plan.cgroup_fd, &start);
  guard.TakeBack();
  // The memory's, which a child that becomes another user has taken away; PR_SET_DUMPABLE(2const).
  if (dumpable == 1 && prctl(PR_GET_DUMPABLE) != 1) prctl(PR_SET_DUMPABLE, 1);
  start.root.Abandon();
  start.descriptors.Abandon();
  start.last.Abandon();
  if (!cloned.ok()) return CloneError(setup.plan, cloned.error());
  Container container(setup.plan, std::move(cloned).value());
  if (start.progress.failed || start.progress.executing) Tell(start);
  if (start.progress.failed) return Error(start.progress.error);
  if (!start.progress.executing) GiveUp(start, container, guard);
  SharingStart started{std::move(container), std::nullopt, start.progress.error.subject};
  // The child's end closes here, so that the channel ends when the command runs.
  if (ends) started.channel = std::move(ends->first);
  return started;
}

}  // namespace slipway::launch
