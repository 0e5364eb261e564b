#include "plugins/mount/describe.h"

#include <cstdio>

#include "runtime/sdk/abi_host.h"
#include "runtime/sys/mount.h"

namespace mount_stage {
namespace {

namespace sys = slipway::sys;

std::string Named(const Layer& layer) {
  return (layer.is_image ? "the image " : "the folder ") + layer.path;
}

std::string ThrowAwayText(const Overlay& overlay) {
  std::string text = "; what is written goes to memory";
  if (overlay.size) text += ", at most " + std::to_string(*overlay.size) + " bytes";
  if (overlay.inodes) text += ", at most " + std::to_string(*overlay.inodes) + " files and folders";
  return text + ", and is thrown away";
}

}  // namespace

std::string TextOf(const Layer& layer, uint64_t attributes) {
  // An image is mounted read-only in any case.
  if (layer.is_image) attributes |= MOUNT_ATTR_RDONLY;
  return Named(layer) + sys::AttributesText(attributes);
}

std::string TextOf(const std::vector<Layer>& layers, const Overlay& overlay) {
  std::string text = "an overlay";
  const char* before = " over ";
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    text += before + Named(*layer);
    before = ", ";
  }
  text += sys::AttributesText(overlay.attributes);
  if (!overlay.writable) return text + "; nothing can be written";
  if (!overlay.upper.empty()) return text + "; what is written is kept in " + overlay.upper;
  return text + ThrowAwayText(overlay);
}

std::string TextOf(const Overlay& empty) {
  return "an empty folder" + sys::AttributesText(empty.attributes) + ThrowAwayText(empty);
}

std::string RootText(uint32_t flags) {
  std::string text =
      (flags & SLIPWAY_ROOT_CHROOT) != 0 ? "; entered by chroot" : "; entered by pivot_root";
  if ((flags & SLIPWAY_ROOT_READONLY) != 0) text += ", then made read-only";
  return text;
}

std::string TextOf(const Bind& bind) {
  if (bind.absent) return "nothing: there is no " + bind.source.path + " on the host";
  std::string text = bind.source.path + " of the host" + sys::AttributesText(bind.attributes());
  if (bind.idmap) text += kMapped;
  if (bind.propagation == Propagation::kPrivate) return text;
  return text + ", " + slipway::kNamesOf<Propagation>[static_cast<size_t>(bind.propagation)];
}

std::string TextOf(const Tmpfs& tmpfs) {
  std::string text = "a new tmpfs" + sys::AttributesText(tmpfs.attributes());
  for (const auto& [name, value] : MountOptions(tmpfs)) text += ", " + name + "=" + value;
  return text;
}

std::vector<std::pair<std::string, std::string>> MountOptions(const Tmpfs& tmpfs) {
  char mode[8];
  snprintf(mode, sizeof(mode), "%o", tmpfs.mode.bits);
  std::vector<std::pair<std::string, std::string>> options = {{"mode", mode}};
  if (tmpfs.size) options.emplace_back("size", std::to_string(tmpfs.size->count));
  // The folder itself is one.
  if (tmpfs.inodes) options.emplace_back("nr_inodes", std::to_string(*tmpfs.inodes + 1));
  return options;
}

}  // namespace mount_stage
