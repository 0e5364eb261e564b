// A file or folder of the host as a mount of its own.

#ifndef SLIPWAY_PLUGINS_MOUNT_BINDS_H_
#define SLIPWAY_PLUGINS_MOUNT_BINDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "plugins/mount/options.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace mount_stage {

// Of a bind or a tmpfs: what its words alone say. Whether a link of the container leads to the root
// is seen when it is mounted.
slipway::Status CheckTarget(const std::string& target);

// Is the source there, and can mounts come through it as they should? Sets bind.absent. The errors
// of these blame the option. option: "binds[0]".
slipway::Status ProbeBind(Bind& bind, const std::string& option);

// A detached copy of the source's mount, with the mounts below it.
slipway::Result<slipway::sys::Fd> TakeBind(const Bind& bind, const std::string& option);

// Those that are to be taken early; the others are invalid. One whose owners are mapped: in the
// host, because only root may find its source. One with propagation: while the mounts of the host
// are in touch with this mount namespace's.
slipway::Result<std::vector<slipway::sys::Fd>> TakeBinds(const std::vector<Bind>& binds,
                                                         bool (*early)(const Bind& bind));

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_BINDS_H_
