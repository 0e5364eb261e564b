// cgroups(7), Documentation/admin-guide/cgroup-v1/cgroups.rst.

#include "plugins/cgroup_v1/hierarchies.h"

#include <algorithm>

namespace slipway::cgroup_v1 {

std::vector<Hierarchy> FindHierarchies(const std::vector<sys::CgroupMount>& mounts,
                                       const std::vector<std::string>& controllers,
                                       const std::vector<sys::LimitWrite>& limits) {
  std::vector<Hierarchy> hierarchies;
  for (const std::string& controller : controllers) {
    const sys::CgroupMount* mount = sys::FindController(mounts, controller);
    if (mount == nullptr) continue;
    auto hierarchy = std::find_if(
        hierarchies.begin(), hierarchies.end(),
        [mount](const Hierarchy& known) { return known.mount.device == mount->device; });
    if (hierarchy == hierarchies.end()) {
      hierarchy = hierarchies.insert(hierarchies.end(), Hierarchy{*mount, {}});
    }
    for (const sys::LimitWrite& limit : limits) {
      if (limit.controller == controller) hierarchy->limits.push_back(limit);
    }
  }
  return hierarchies;
}

}  // namespace slipway::cgroup_v1
