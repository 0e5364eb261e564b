// A filesystem in a file, such as mksquashfs(1) makes, as a layer of the container's root.
//
// The image is hostile: it is mounted read-only, its device files do not work, and what it holds
// chooses neither the filesystem's driver, beyond the three that are known, nor what the kernel
// does when it is damaged.

#ifndef SLIPWAY_PLUGINS_MOUNT_IMAGE_H_
#define SLIPWAY_PLUGINS_MOUNT_IMAGE_H_

#include <cstdint>
#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace mount_stage {

// Can the image at `path` be mounted here, by this user?
slipway::Status ProbeImage(const std::string& path);

// A detached mount of it. attributes: further ones of mount_setattr(2). Its loop device goes with
// the last mount of it.
slipway::Result<slipway::sys::Fd> MountImage(const std::string& path, uint64_t attributes);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_IMAGE_H_
