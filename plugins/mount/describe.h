// What the mounts of the stage `mount` are, in words: of the same values that make them.

#ifndef SLIPWAY_PLUGINS_MOUNT_DESCRIBE_H_
#define SLIPWAY_PLUGINS_MOUNT_DESCRIBE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugins/mount/layers.h"
#include "plugins/mount/options.h"

namespace mount_stage {

// The root of StageFolder, of StageOverlay, and of StageEmpty.
std::string TextOf(const Layer& layer, uint64_t attributes);
std::string TextOf(const std::vector<Layer>& layers, const Overlay& overlay);
std::string TextOf(const Overlay& empty);

// Where its owners are mapped.
inline constexpr char kMapped[] = ", its files the container's own";

// How it is entered, to go on with. flags: slipway_root_flags.
std::string RootText(uint32_t flags);

std::string TextOf(const Bind& bind);
std::string TextOf(const Tmpfs& tmpfs);

// Of the tmpfs, as sys::NewMount takes them.
std::vector<std::pair<std::string, std::string>> MountOptions(const Tmpfs& tmpfs);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_DESCRIBE_H_
