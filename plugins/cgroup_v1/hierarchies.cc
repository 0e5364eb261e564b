// cgroups(7), Documentation/admin-guide/cgroup-v1/cgroups.rst.

#include "plugins/cgroup_v1/hierarchies.h"

#include <algorithm>

namespace slipway::cgroup_v1 {

namespace {

std::vector<Hierarchy>::iterator Find(std::vector<Hierarchy>& hierarchies,
                                      const cgroup::CgroupMount& mount) {
  return std::find_if(hierarchies.begin(), hierarchies.end(), [&mount](const Hierarchy& known) {
    return known.mount.device == mount.device;
  });
}

}  // namespace

std::vector<Hierarchy> FindHierarchies(const std::vector<cgroup::CgroupMount>& mounts,
                                       const std::vector<std::string>& controllers,
                                       const std::vector<cgroup::LimitWrite>& limits) {
  std::vector<Hierarchy> hierarchies;
  for (const std::string& controller : controllers) {
    const cgroup::CgroupMount* mount = cgroup::FindController(mounts, controller);
    if (mount == nullptr) continue;
    auto hierarchy = Find(hierarchies, *mount);
    if (hierarchy == hierarchies.end()) {
      hierarchy = hierarchies.insert(hierarchies.end(), Hierarchy{*mount, {}});
    }
    for (const cgroup::LimitWrite& limit : limits) {
      if (limit.controller == controller) hierarchy->limits.push_back(limit);
    }
  }
  return hierarchies;
}

void PutLast(std::vector<Hierarchy>& hierarchies, const cgroup::CgroupMount& mount) {
  const auto known = Find(hierarchies, mount);
  if (known == hierarchies.end()) {
    hierarchies.push_back({mount, {}});
  } else {
    std::rotate(known, known + 1, hierarchies.end());
  }
}

}  // namespace slipway::cgroup_v1
