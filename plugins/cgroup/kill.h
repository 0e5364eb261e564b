// The end of a cgroup: whatever still runs in it, and in cgroups made inside it, is killed, and
// all of them are removed. Nothing here waits longer than kCgroupPatience, and nothing here ever
// kills the process that runs it.

#ifndef SLIPWAY_PLUGINS_CGROUP_KILL_H_
#define SLIPWAY_PLUGINS_CGROUP_KILL_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/sdk/result.h"

namespace slipway::cgroup {

inline constexpr std::chrono::milliseconds kCgroupPatience{2000};

// Kills and removes the cgroup, v1 or v2, that FindCgroup (place.h) finds by these arguments. So
// that no fork escapes, one of v1's pids controller gets a pids.max of 0 first, and one of v1's
// freezer is frozen meanwhile, and never left frozen. Where there is no such cgroup, nothing is
// done, and that is no error.
Status RemoveCgroup(const std::string& path, uint64_t inode, const std::string& boot);

// Removes the cgroup at `path` if it is there, empty and a cgroup: for one of which nothing is
// known but that it was about to be made. One that is in use is left as it is, without an error.
Status RemoveIfEmpty(const std::string& path);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_KILL_H_
