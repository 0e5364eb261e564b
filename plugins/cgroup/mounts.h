// The machine's cgroup hierarchies, looked for where every distribution mounts them: below
// /sys/fs/cgroup, file-hierarchy(7). That costs the same however many mounts and cgroups there are.
// /proc/self/mountinfo, which grows with the machine, is read only where they are elsewhere, and
// for error messages.

#ifndef SLIPWAY_PLUGINS_CGROUP_MOUNTS_H_
#define SLIPWAY_PLUGINS_CGROUP_MOUNTS_H_

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup {

// Reads nothing until it is asked, and each file once. What it hands out lives as long as it does.
class CgroupMounts {
 public:
  // The mount to work with, of the v2 hierarchy or of the v1 hierarchy that `controller` is bound
  // to; nullptr: none can be reached.
  Result<const CgroupMount*> Unified();
  Result<const CgroupMount*> Controller(const std::string& controller);

  // All mounts that can be reached, for people to read.
  Result<std::vector<CgroupMount>> All();

 private:
  const CgroupMount* Keep(CgroupMount mount);
  Status ReadOwn();

  std::deque<CgroupMount> kept_;
  std::optional<std::string> own_;  // /proc/self/cgroup
  std::optional<std::vector<CgroupMount>> all_;
};

// The folder below /sys/fs/cgroup in which `controller` has a v1 hierarchy; empty: it has none
// there, but may have one elsewhere. Reads no file.
std::string UsualPlaceOnV1(const std::string& controller);

// The controllers that share a v1 hierarchy with `controller`, itself among them, in a text such as
// /proc/self/cgroup: "cpu,cpuacct"; empty: it is bound to no v1 hierarchy. cgroups(7).
std::string JoinedControllers(std::string_view proc_cgroup, std::string_view controller);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_MOUNTS_H_
