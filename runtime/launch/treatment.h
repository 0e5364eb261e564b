// How the kernel treats the command's process, as the plan wants it: memory, processors, limits,
// label, filters. Each function is one of the last steps; where the plan wants nothing it does
// nothing. Errors name the stage that wanted it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_TREATMENT_H_
#define SLIPWAY_RUNTIME_LAUNCH_TREATMENT_H_

#include "runtime/launch/process_plan.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// The folder of this thread in the host's own procfs, held while the container's root is entered;
// invalid where the plan wants nothing of it.
Result<sys::Fd> OwnProc(const ProcessPlan& plan);

// Refuses what a process cannot have that starts another: sched(7), SCHED_DEADLINE. forks: the
// command is started by an init, or a process beside it, which the plan holds for too.
Status CheckForks(const ProcessPlan& plan, bool forks);

// oom_score_adj, scheduling, nice value, processors, I/O priority, personality. proc: of OwnProc.
Status SetTreatment(const ProcessPlan& plan, const sys::Fd& proc);

// umask(2) and setrlimit(2).
Status SetLimits(const ProcessPlan& plan);

Status SetNoNewPrivileges(const ProcessPlan& plan);

// What the next exec changes to, of the LSM.
Status SetLabel(const ProcessPlan& plan, const sys::Fd& proc);

// seccomp(2). They hold from here on.
Status SetFilters(const ProcessPlan& plan);

// "where: stage: ..." of what a stage has wished; of the caller's, the error as it is.
Error Wished(Error error, const Wisher& wisher);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_TREATMENT_H_
