// A new cpuset of v1 has no CPUs and no memory nodes, and takes no task so. (cgroup.clone_children
// of its parent would fill it, but that is the parent's affair.)

#ifndef SLIPWAY_PLUGINS_CGROUP_V1_CPUSET_H_
#define SLIPWAY_PLUGINS_CGROUP_V1_CPUSET_H_

#include <string>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/options.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup_v1 {

// Is cpuset bound to this hierarchy, alone or joined with others?
bool HasCpuset(const cgroup::CgroupMount& mount);

// Has the parent the CPUs and nodes that a cgroup below it is to have? No side effects.
Status CheckCpuset(const cgroup::CgroupMount& mount, const cgroup::CgroupOptions& options);

// Gives the new cgroup `directory` the CPUs and nodes of its parent.
Status InheritCpuset(const std::string& directory);

}  // namespace slipway::cgroup_v1

#endif  // SLIPWAY_PLUGINS_CGROUP_V1_CPUSET_H_
