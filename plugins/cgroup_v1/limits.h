// The shared options in the files of cgroup v1, and those that v1 does not have. Pure logic.

#ifndef SLIPWAY_PLUGINS_CGROUP_V1_LIMITS_H_
#define SLIPWAY_PLUGINS_CGROUP_V1_LIMITS_H_

#include <cstdint>
#include <vector>

#include "plugins/cgroup/limits.h"
#include "plugins/cgroup/options.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup_v1 {

// Refuses what v1 cannot honour, saying what to do instead.
Status CheckLimits(const cgroup::CgroupOptions& options);

// What is to be written, of resolved options (see cgroup_devices.h), in an order that the kernel
// takes in a new cgroup.
std::vector<cgroup::LimitWrite> Limits(const cgroup::CgroupOptions& options);

// cpu.weight as cpu.shares: weight * 1024 / 100, rounded. So the kernel itself turns a cpu.weight
// into the shares by which it schedules (sched_weight_from_cgroup() in kernel/sched):
// proportions stay, and 100, everybody's weight, is 1024, everybody's shares.
int64_t SharesOfWeight(int64_t weight);

// io.weight as blkio.bfq.weight and as blkio.weight, whose defaults are 100 and 500 of at most
// 1000: what systemd makes of its IOWeight= (BFQ_WEIGHT() and cgroup_weight_io_to_blkio()).
int64_t BfqWeight(int64_t weight);
int64_t BlkioWeight(int64_t weight);

}  // namespace slipway::cgroup_v1

#endif  // SLIPWAY_PLUGINS_CGROUP_V1_LIMITS_H_
