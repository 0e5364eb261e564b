// A walk through a cgroup and all that are nested in it. A container may nest them deeper than
// this process may have files open, and deeper than its stack: the walk goes down and back up
// ("..") in a loop, with at most kWalkDescriptors open, and asks for no path longer than one name.

#ifndef SLIPWAY_PLUGINS_CGROUP_WALK_H_
#define SLIPWAY_PLUGINS_CGROUP_WALK_H_

#include <fcntl.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup {

inline constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
inline constexpr size_t kWalkDescriptors = 3;

// Does errno say that a cgroup, or a file of one, has been removed meanwhile?
bool IsGone(int errno_value);

struct Inside {
  std::string name;
  uint64_t inode;
};

// The cgroups directly inside `cgroup`; none if it has been removed. `path` names it, or one above,
// in an error.
Result<std::vector<Inside>> ListInside(const sys::Fd& cgroup, const std::string& path);

struct CgroupVisit {
  // Each cgroup, before those inside it.
  std::function<Status(const sys::Fd& cgroup)> enter = {};
  // Each but the first, as `name` in `parent`, after those inside it.
  std::function<Status(const sys::Fd& parent, const std::string& name)> leave = {};
};

// Visits `top` and all below. An error, also one of a visit, keeps the walk from no other cgroup
// that it can reach; the first is returned. What is removed meanwhile is passed over. `path` names
// `top` in an error.
Status WalkCgroups(const sys::Fd& top, const std::string& path, const CgroupVisit& visit);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_WALK_H_
