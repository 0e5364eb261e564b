// Where the machine's cgroup hierarchies are, told from /proc/self/mountinfo: pure logic over texts
// that the kernel wrote. Who looks for hierarchies asks mounts.h; the effects (making,
// killing, removing) are in life.h, limits in limits.h.
//
// A hierarchy may be cgroup v2 (one, "unified"), or v1 with the controllers that are bound to it
// (cpu and cpuacct are often joined in one). It may be mounted several times, read-only, hidden
// below another mount, or with a root that is not its own: see mountinfo in proc(5).

#ifndef SLIPWAY_PLUGINS_CGROUP_CGROUP_H_
#define SLIPWAY_PLUGINS_CGROUP_CGROUP_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::cgroup {

// One mount of one hierarchy.
struct CgroupMount {
  std::string device;  // "0:36": the same for every mount of one hierarchy
  std::string root;    // which cgroup is seen at mount_point; "/" is the hierarchy's root
  std::string mount_point;
  bool unified = false;  // cgroup v2
  bool read_only = false;
  std::vector<std::string> options;  // of the superblock; in v1 they name the controllers
};

// The mounts of cgroup hierarchies that can be reached by their path, in the order of `mountinfo`.
std::vector<CgroupMount> ParseCgroupMounts(std::string_view mountinfo);

// The mount to work with, of the v2 hierarchy or of the v1 hierarchy that `controller` is bound
// to: rather a writable one, rather one with the hierarchy's own root. nullptr: none.
const CgroupMount* FindUnified(const std::vector<CgroupMount>& mounts);
const CgroupMount* FindController(const std::vector<CgroupMount>& mounts,
                                  std::string_view controller);

// The mount points of all v1 (or all v2) mounts, for people: "/a, /b", or "none".
std::string MountPoints(const std::vector<CgroupMount>& mounts, bool unified);

// The non-empty parts of `text` between any of `separators`.
std::vector<std::string_view> Split(std::string_view text, std::string_view separators);

// Is `word` one of the words of `text`, as in cgroup.controllers?
bool HasWord(std::string_view text, std::string_view word);

// A cgroup path as people write it: absolute, without "..", "." and empty components.
Status CheckCgroupPath(std::string_view path);

// The directory of the cgroup `path`, taken below the mount, whatever the mount's root is.
std::string CgroupDirectory(const CgroupMount& mount, std::string_view path);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_CGROUP_H_
