// What the stage `mount` takes for each bind and each tmpfs.

#ifndef SLIPWAY_PLUGINS_MOUNT_OPTIONS_H_
#define SLIPWAY_PLUGINS_MOUNT_OPTIONS_H_

#include <linux/mount.h>

#include <array>
#include <cstdint>
#include <optional>

#include "runtime/sdk/stage.h"

namespace mount_stage {

enum class Propagation { kPrivate, kSlave, kShared };

// The attributes of mount_setattr(2) for what an option says.
constexpr uint64_t Attributes(bool readonly, bool nosuid, bool nodev, bool noexec) {
  return (readonly ? MOUNT_ATTR_RDONLY : 0) | (nosuid ? MOUNT_ATTR_NOSUID : 0) |
         (nodev ? MOUNT_ATTR_NODEV : 0) | (noexec ? MOUNT_ATTR_NOEXEC : 0);
}

inline constexpr char kNosuid[] = "Programs get no rights by set-user-ID or file capabilities";
inline constexpr char kNodev[] = "Device files do not work";
inline constexpr char kNoexec[] = "No program can be executed";
inline constexpr char kIdmap[] =
    "Its files are the container's: user 0 of the disk is root in it, and so on; needs root and "
    "the "
    "stage user";

}  // namespace mount_stage

template <>
inline constexpr std::array<const char*, 4> slipway::kNamesOf<mount_stage::Propagation>{
    "private", "rslave", "rshared", nullptr};

namespace mount_stage {

struct Bind {
  slipway::HostPath source;
  slipway::ContainerPath target;
  bool readonly = false;
  bool nosuid = false;
  bool nodev = false;
  bool noexec = false;
  bool optional = false;
  bool idmap = false;
  Propagation propagation = Propagation::kPrivate;
  bool absent = false;  // found by Probe: nothing to bind

  uint64_t attributes() const { return Attributes(readonly, nosuid, nodev, noexec); }

  static constexpr const char* kTextForm =
      "source:target:ro=readonly:nosuid=nosuid:nodev=nodev:noexec=noexec:optional=optional:"
      "idmap=idmap";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Bind::source>("source", "File or folder of the host", {.required = true}),
        slipway::Option<&Bind::target>("target", "Where it appears in the container",
                                       {.required = true}),
        slipway::Option<&Bind::readonly>("readonly",
                                         "Mount it read-only; root in the container can undo that",
                                         {.fallback = "false"}),
        slipway::Option<&Bind::nosuid>("nosuid", kNosuid, {.fallback = "false"}),
        slipway::Option<&Bind::nodev>("nodev", kNodev, {.fallback = "false"}),
        slipway::Option<&Bind::noexec>("noexec", kNoexec, {.fallback = "false"}),
        slipway::Option<&Bind::optional>("optional", "Leave it out where the source is missing",
                                         {.fallback = "false"}),
        slipway::Option<&Bind::idmap>("idmap", kIdmap, {.fallback = "false"}),
        slipway::Option<&Bind::propagation>(
            "propagation",
            "Whether later mounts below it arrive from the host (rslave), and go there too "
            "(rshared)",
            {.fallback = "private"}));
  }
};

struct Tmpfs {
  slipway::ContainerPath target;
  std::optional<slipway::Bytes> size;
  std::optional<int64_t> inodes;
  slipway::Mode mode;
  bool nosuid = true;
  bool nodev = true;
  bool noexec = false;

  uint64_t attributes() const { return Attributes(/*readonly=*/false, nosuid, nodev, noexec); }

  static constexpr const char* kTextForm = "target:nosuid=nosuid:nodev=nodev:noexec=noexec";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Tmpfs::target>("target", "Where it appears in the container",
                                        {.required = true}),
        slipway::Option<&Tmpfs::size>(
            "size", "Maximum size of its files; half of the memory if absent", {.minimum = 4096}),
        slipway::Option<&Tmpfs::inodes>("inodes", "Maximum number of its files and folders",
                                        {.minimum = 1}),
        slipway::Option<&Tmpfs::mode>("mode", "Permissions of the folder", {.fallback = "1777"}),
        slipway::Option<&Tmpfs::nosuid>("nosuid", kNosuid, {.fallback = "true"}),
        slipway::Option<&Tmpfs::nodev>("nodev", kNodev, {.fallback = "true"}),
        slipway::Option<&Tmpfs::noexec>("noexec", kNoexec, {.fallback = "false"}));
  }
};

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_OPTIONS_H_
