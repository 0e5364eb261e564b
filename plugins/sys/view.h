// /sys/fs/cgroup of the container.

#ifndef SLIPWAY_PLUGINS_SYS_VIEW_H_
#define SLIPWAY_PLUGINS_SYS_VIEW_H_

#include <vector>

#include "plugins/sys/cgroups.h"
#include "plugins/sys/delegate.h"
#include "runtime/sdk/stage.h"

namespace sys_stage {

inline constexpr char kCgroups[] = "/sys/fs/cgroup";

// v2 alone lies at the top; else each has a folder, in a tmpfs that nobody can write to. writable:
// who makes them so; null: nobody.
slipway::Status MountView(slipway::Child& child, const std::vector<Hierarchy>& hierarchies,
                          const Delegate* writable);

// Hides what is there.
slipway::Status MountNothing(slipway::Child& child);

}  // namespace sys_stage

#endif  // SLIPWAY_PLUGINS_SYS_VIEW_H_
