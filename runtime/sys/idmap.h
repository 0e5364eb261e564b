// Idmapped mounts, mount_setattr(2): whose files are seen by a mount.

#ifndef SLIPWAY_RUNTIME_SYS_IDMAP_H_
#define SLIPWAY_RUNTIME_SYS_IDMAP_H_

#include "runtime/sdk/result.h"

namespace slipway::sys {

// The mount, which must be detached, shows its files' owners through the maps of the user
// namespace: what belongs to an id inside on the disk belongs to the id outside here. Returns 0 or
// an errno: EINVAL where a filesystem does not offer it.
int MapMount(int mount, int user_namespace, bool recursive);

// What is wrong where it fails, and what would be right.
const char* WhyNotMapped(int cause);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_IDMAP_H_
