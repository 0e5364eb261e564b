// How the kernel treats the command's process, as the plan wants it: memory, processors, limits,
// label, filters. Each function is one of the last steps; where the plan wants nothing it does
// nothing. Errors name the stage that wanted it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_TREATMENT_H_
#define SLIPWAY_RUNTIME_LAUNCH_TREATMENT_H_

#include "runtime/launch/process_plan.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// Files of this thread in the host's own procfs; invalid where the plan wants nothing of them.
struct OwnFiles {
  sys::Fd oom_score_adj;
  sys::Fd label;
};

// While they are this process's own: those of one that is not dumpable, or that has joined a user
// namespace, belong to root outside; proc(5). Later no stage's Finish may be in the way either.
Result<OwnFiles> OpenOwnFiles(const ProcessPlan& plan);

// In a process whose child will not own such files: it inherits what is set here. Whether it could
// be set, OpenOwnFiles tells in the child.
void SetOomScoreOfChild(const ProcessPlan& plan);

// Refuses what a process cannot have that starts another: sched(7), SCHED_DEADLINE. forks: the
// command is started by an init, or a process beside it, which the plan holds for too.
Status CheckForks(const ProcessPlan& plan, bool forks);

// Refuses limits that hold for slipway-init too, which could not even begin with them, and then
// could not say why.
Status CheckEachLimit(const ProcessPlan& plan);

// In line, as most starts have none.
inline Status CheckLimits(const ProcessPlan& plan, bool init) {
  return init && !plan.rlimits.empty() ? CheckEachLimit(plan) : Ok();
}

// oom_score_adj, scheduling, nice value, processors, I/O priority, personality.
Status SetTreatment(const ProcessPlan& plan, const OwnFiles& files);

// umask(2) and setrlimit(2).
Status SetLimits(const ProcessPlan& plan);

Status SetNoNewPrivileges(const ProcessPlan& plan);

// What the next exec changes to, of the LSM.
Status SetLabel(const ProcessPlan& plan, const OwnFiles& files);

// seccomp(2). They hold from here on.
Status SetFilters(const ProcessPlan& plan);

// "where: stage: ..." of what a stage has wished; of the caller's, the error as it is.
Error Wished(Error error, const Wisher& wisher);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_TREATMENT_H_
