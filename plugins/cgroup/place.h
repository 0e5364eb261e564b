// Where a cgroup is that a record names: at its path, or where somebody has renamed it to.

#ifndef SLIPWAY_PLUGINS_CGROUP_PLACE_H_
#define SLIPWAY_PLUGINS_CGROUP_PLACE_H_

#include <cstdint>
#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup {

struct Place {
  sys::Fd parent;
  std::string name;  // in the parent; empty: not found, as it is being renamed
  sys::Fd cgroup;    // invalid: there is no such cgroup
};

// The cgroup at `path`, whichever it is.
Result<Place> OpenPlace(const std::string& path);

// The cgroup with this inode number, at `path`, or else under any other name, as v1 lets one, and
// those above it, be renamed. In another boot of the kernel the number means another cgroup: it is
// looked for elsewhere only if `boot` is the sys::BootId() of now.
Result<Place> FindCgroup(const std::string& path, uint64_t inode, const std::string& boot);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_PLACE_H_
