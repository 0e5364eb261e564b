// May this process give the command what the pipeline asks for? Each answers NotHere if not, with
// the option to blame. The kernel asks for capabilities in the machine's own user namespace,
// whatever a process is allowed in another. Nothing is changed.

#ifndef SLIPWAY_PLUGINS_PRIORITY_RIGHTS_H_
#define SLIPWAY_PLUGINS_PRIORITY_RIGHTS_H_

#include <cstdint>

#include "plugins/priority/scheduling.h"
#include "runtime/sdk/result.h"

namespace slipway::priority {

// setpriority(2), EACCES.
Status MayHaveNice(int64_t nice);

// sched(7), "Privileges and resource limits"; the bounds of a deadline's period.
Status MayHavePolicy(const Scheduling& scheduling);

// ioprio_set(2), EPERM.
Status MayHaveIoPriority(const IoPriority& priority);

// proc(5), /proc/pid/oom_score_adj.
Status MayHaveOomScoreAdj(int64_t value);

}  // namespace slipway::priority

#endif  // SLIPWAY_PLUGINS_PRIORITY_RIGHTS_H_
