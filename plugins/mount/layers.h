// The layers of the container's root, staged in its own mount namespace: the root itself, as a
// copy of a mount or as an overlay, and what is attached beneath it.

#ifndef SLIPWAY_PLUGINS_MOUNT_LAYERS_H_
#define SLIPWAY_PLUGINS_MOUNT_LAYERS_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace mount_stage {

// The errors of these two blame the option, where it is one that fails.
//
// Attaches a copy of `root`, with the mounts below it, at the staging folder. Returns its root.
slipway::Result<slipway::sys::Fd> StageFolder(const std::string& root, bool readonly);

// Attaches an overlay over `root` (without the mounts below it) at the staging folder; what is
// written goes to a tmpfs. Returns its root.
slipway::Result<slipway::sys::Fd> StageOverlay(const std::string& root);

// Attaches the detached `mount` at `path` beneath `root`. With `make_target` a missing
// target is made first: a folder, or an empty file where the mount is one. The error has no option.
slipway::Status AttachAt(const slipway::sys::Fd& root, const std::string& path,
                         const slipway::sys::Fd& mount, bool make_target);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_LAYERS_H_
