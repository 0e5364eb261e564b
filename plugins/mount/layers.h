// The layers of the container's root, attached in its own mount namespace on top of the host's "/",
// where no path leads and where the kernel takes them away with the namespace.

#ifndef SLIPWAY_PLUGINS_MOUNT_LAYERS_H_
#define SLIPWAY_PLUGINS_MOUNT_LAYERS_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace mount_stage {

// The errors of these two blame the option, where it is one that fails.
//
// A copy of `root`, with the mounts below it.
slipway::Result<slipway::sys::Fd> StageFolder(const std::string& root, bool readonly);

// An overlay over `root` (without the mounts below it); what is written goes to a tmpfs.
slipway::Result<slipway::sys::Fd> StageOverlay(const std::string& root);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_LAYERS_H_
