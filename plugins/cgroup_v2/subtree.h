// The way down from the v2 hierarchy's mount to the parent of a container's cgroup: which
// controllers are passed on (cgroup.subtree_control), what is missing, and whether the kernel
// would let a process be born at its end. Pure logic first, then what looks at the machine.

#ifndef SLIPWAY_PLUGINS_CGROUP_V2_SUBTREE_H_
#define SLIPWAY_PLUGINS_CGROUP_V2_SUBTREE_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup_v2 {

// One directory on the way, and what its cgroup.subtree_control holds.
struct Level {
  std::string directory;
  std::string subtree_control;
};

// One write to the cgroup.subtree_control of a directory.
struct EnableWrite {
  std::string directory;
  std::string value;  // "+cpu +pids"
};

// The directories from the mount down to the cgroup `path`, both included.
std::vector<std::string> Directories(const cgroup::CgroupMount& mount, std::string_view path);

// What to write so that cgroups below the last level have `controllers`: nothing where they are
// enabled already, and never a '-'.
std::vector<EnableWrite> EnableWrites(const std::vector<Level>& levels,
                                      const std::vector<std::string>& controllers);

// The path of the v2 cgroup in a text such as /proc/self/cgroup; empty when there is none.
std::string_view UnifiedPath(std::string_view proc_cgroup);

// The deepest cgroup that is `one` or above it, and `other` or above it.
std::string CommonAncestor(std::string_view one, std::string_view other);

// EnableWrites for the machine as it is.
Result<std::vector<EnableWrite>> FindEnableWrites(const cgroup::CgroupMount& mount,
                                                  const std::string& parent,
                                                  const std::vector<std::string>& controllers);

// Would the kernel take these writes? No side effects.
Status CheckWrites(const std::vector<EnableWrite>& writes);

// Can a process of ours be born in a cgroup below `parent`? No side effects.
Status CheckBirth(const cgroup::CgroupMount& mount, const std::string& parent);

Status Enable(const EnableWrite& write);

}  // namespace slipway::cgroup_v2

#endif  // SLIPWAY_PLUGINS_CGROUP_V2_SUBTREE_H_
