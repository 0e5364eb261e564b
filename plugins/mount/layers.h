// The layers of the container's root, attached in its own mount namespace on top of the host's "/",
// where no path leads and where the kernel takes them away with the namespace.

#ifndef SLIPWAY_PLUGINS_MOUNT_LAYERS_H_
#define SLIPWAY_PLUGINS_MOUNT_LAYERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/mount/idmap.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace mount_stage {

// A folder of the host, or a filesystem image.
struct Layer {
  std::string path;
  std::string option;     // that names it
  bool is_image = false;  // found by Probe
  // Its detached mount, from PreClone on, of an image and of one whose owners are mapped.
  slipway::sys::Fd taken;
};

// Is it an image, and can it be mounted here? packages: of Debian, which a root that has yet to be
// made takes besides the smallest set; null: none.
slipway::Result<bool> ProbeLayer(const Layer& layer, const char* packages);

// How the layers are put together.
struct Overlay {
  bool writable;                // false: what there is to see is in the layers alone
  std::string upper;            // the folder that keeps what is written; empty: it goes to a tmpfs
  std::optional<int64_t> size;  // of that tmpfs, in bytes
  std::optional<int64_t> inodes;
  uint64_t attributes;   // of mount_setattr(2)
  const Owners* owners;  // who maps them; null: they are as on the disk
};

// The kernel takes at most 255 bytes of names, and "0:1:...:79" are 229.
inline constexpr size_t kMaxLayers = 80;

// The errors of the first two blame the option, where it is one that fails.
//
// A copy of the layer, with the mounts below it. attributes: of mount_setattr(2). owners: as above.
slipway::Result<slipway::sys::Fd> StageFolder(const Layer& layer, uint64_t attributes,
                                              const Owners* owners);

// Can the owners of their files be mapped, and of the mounts below them if `recursive`?
slipway::Status ProbeOwners(const std::vector<Layer>& layers, bool recursive);

// The detached mount of an image, and of a folder, in the host: for Layer::taken. attributes: of
// mount_setattr(2).
slipway::Result<slipway::sys::Fd> TakeImage(const Layer& layer, uint64_t attributes);
slipway::Result<slipway::sys::Fd> TakeFolder(const Layer& layer, bool recursive,
                                             uint64_t attributes);

// An overlay over the layers, lowest first, without the mounts below them. It has each of nosuid,
// nodev and noexec that the mount of a layer has.
slipway::Result<slipway::sys::Fd> StageOverlay(const std::vector<Layer>& layers,
                                               const Overlay& overlay);

// An empty folder in memory, of which only size, inodes and attributes are asked.
slipway::Result<slipway::sys::Fd> StageEmpty(const Overlay& overlay);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_LAYERS_H_
