// Which v1 hierarchies a container needs a cgroup in, each once, although several controllers may
// be joined in one. Pure logic.

#ifndef SLIPWAY_PLUGINS_CGROUP_V1_HIERARCHIES_H_
#define SLIPWAY_PLUGINS_CGROUP_V1_HIERARCHIES_H_

#include <string>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/limits.h"

namespace slipway::cgroup_v1 {

// A hierarchy in which the container gets a cgroup, and what is written there.
struct Hierarchy {
  cgroup::CgroupMount mount;
  std::vector<cgroup::LimitWrite> limits;
};

// The hierarchies of `controllers`, in that order, with the limits that belong to each. A
// controller that no v1 hierarchy has is passed over.
std::vector<Hierarchy> FindHierarchies(const std::vector<cgroup::CgroupMount>& mounts,
                                       const std::vector<std::string>& controllers,
                                       const std::vector<cgroup::LimitWrite>& limits);

// Puts the hierarchy `mount` last: it may be among them already, joined with a controller.
void PutLast(std::vector<Hierarchy>& hierarchies, const cgroup::CgroupMount& mount);

}  // namespace slipway::cgroup_v1

#endif  // SLIPWAY_PLUGINS_CGROUP_V1_HIERARCHIES_H_
