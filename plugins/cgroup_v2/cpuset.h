// What the kernel does not refuse by itself: a v2 cpuset takes CPUs that it will not get, and then
// uses the parent's; and a partition that cannot be one stands there as "invalid".

#ifndef SLIPWAY_PLUGINS_CGROUP_V2_CPUSET_H_
#define SLIPWAY_PLUGINS_CGROUP_V2_CPUSET_H_

#include <string>
#include <string_view>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/options.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup_v2 {

// Has the parent the CPUs and nodes that a cgroup below it is to have? No side effects.
Status CheckCpuset(const cgroup::CgroupMount& mount, const cgroup::CgroupOptions& options);

// Has the cgroup `directory`, once written, become the partition that was asked for?
Status CheckPartition(const std::string& directory, const cgroup::CgroupOptions& options);

// The same, of what is in its cpuset.cpus.partition, such as "root invalid (REASON)".
Status CheckPartitionText(std::string_view text, const std::string& file);

}  // namespace slipway::cgroup_v2

#endif  // SLIPWAY_PLUGINS_CGROUP_V2_CPUSET_H_
