// The shared options in the files of cgroup v2, and those that v2 does not have. Pure logic.

#ifndef SLIPWAY_PLUGINS_CGROUP_V2_LIMITS_H_
#define SLIPWAY_PLUGINS_CGROUP_V2_LIMITS_H_

#include <vector>

#include "plugins/cgroup/limits.h"
#include "plugins/cgroup/options.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup_v2 {

// Refuses what v2 cannot honour, and what `unified` repeats.
Status CheckLimits(const cgroup::CgroupOptions& options);

// What is to be written, of resolved options (see cgroup_devices.h), in an order that the kernel
// takes in a new cgroup.
std::vector<cgroup::LimitWrite> Limits(const cgroup::CgroupOptions& options);

}  // namespace slipway::cgroup_v2

#endif  // SLIPWAY_PLUGINS_CGROUP_V2_LIMITS_H_
