// Hides parts of /proc and /sys from the container, and makes others read-only: what tells of the
// machine or changes it. As maskedPaths and readonlyPaths of the OCI runtime specification,
// config-linux.md.

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"

namespace {

using slipway::Child;
using slipway::ContainerPath;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
namespace sys = slipway::sys;

// Those of docker and podman.
constexpr char kMasked[] =
    "[/proc/acpi, /proc/asound, /proc/interrupts, /proc/kcore, /proc/keys, /proc/latency_stats, "
    "/proc/sched_debug, /proc/scsi, /proc/timer_list, /proc/timer_stats, "
    "/sys/devices/virtual/powercap, /sys/firmware]";
constexpr char kReadonly[] = "[/proc/bus, /proc/fs, /proc/irq, /proc/sys, /proc/sysrq-trigger]";

constexpr char kNull[] = "/dev/null";

// By its numbers in admin-guide/devices.txt of the kernel.
bool IsNull(const struct stat& facts) {
  return S_ISCHR(facts.st_mode) && major(facts.st_rdev) == 1 && minor(facts.st_rdev) == 3;
}

// The host's: an image may have something else in its place.
Result<sys::Fd> CloneNull() {
  ASSIGN_OR_RETURN(sys::Fd null, sys::CloneTree(kNull, /*recursive=*/false));
  struct stat facts {};
  if (fstat(null.get(), &facts) != 0) return Error(errno, "look at the host's", kNull);
  if (!IsNull(facts)) {
    return Error("not the null device: the host's", kNull,
                 "it takes the place of a file that is masked");
  }
  // Read-only, which concerns what is written of the file and not of the device: the host's would
  // get the owner and mode that root in the container likes.
  RETURN_IF_ERROR(sys::AddAttributes(null,
                                     MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                                     /*recursive=*/false, kNull));
  return null;
}

Result<sys::Fd> MakeEmptyFolder() {
  return sys::NewMount(
      "tmpfs", {{"mode", "0555"}, {"size", "4k"}, {"nr_inodes", "1"}},
      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

// Without a value: it is not there.
Result<std::optional<sys::Fd>> Open(Child& child, const ContainerPath& path) {
  auto file = child.OpenInRoot(path, O_PATH | O_NOFOLLOW);
  if (file.ok()) return std::optional<sys::Fd>(*file);
  const int cause = file.error()->errno_value;
  if (cause == ENOENT || cause == ENOTDIR) return std::optional<sys::Fd>();
  if (cause == ELOOP) file.error().Hint("a symbolic link is on the way: name what it leads to");
  return file.error();
}

Status MakeReadonly(Child& child, const ContainerPath& path) {
  ASSIGN_OR_RETURN(const std::optional<sys::Fd> file, Open(child, path));
  if (!file) return Ok();
  ASSIGN_OR_RETURN(const sys::Fd mount, sys::CloneTree(*file, /*recursive=*/true, path.path));
  RETURN_IF_ERROR(sys::SetReadonly(mount, /*recursive=*/true, path.path));
  return child.Attach(mount.get(), path, SLIPWAY_ATTACH_NO_SYMLINKS);
}

Status Hide(Child& child, const ContainerPath& path) {
  ASSIGN_OR_RETURN(const std::optional<sys::Fd> file, Open(child, path));
  if (!file) return Ok();
  struct stat facts {};
  if (fstat(file->get(), &facts) != 0) return Error(errno, "look at the container's", path.path);
  auto cover = S_ISDIR(facts.st_mode) ? MakeEmptyFolder() : CloneNull();
  if (!cover.ok()) return std::move(cover).status();
  return child.Attach(cover->get(), path, SLIPWAY_ATTACH_NO_SYMLINKS);
}

using Paths = std::vector<ContainerPath>;

// A slash behind a file's name would have it taken for one that is not there.
void DropSlashes(Paths& paths) {
  for (ContainerPath& one : paths) {
    while (one.path.size() > 1 && one.path.ends_with('/')) one.path.pop_back();
  }
}

Status CheckNotRoot(const Paths& paths, const std::string& option, const char* hint) {
  for (size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].path != "/") continue;
    return Error("the container's root itself", "/", hint).Option(slipway::Element(option, i));
  }
  return Ok();
}

Status ForEach(Child& child, const Paths& paths, const char* option,
               Status (*apply)(Child&, const ContainerPath&)) {
  for (size_t i = 0; i < paths.size(); ++i) {
    Status status = apply(child, paths[i]);
    if (status.ok()) continue;
    return status.error().Option(slipway::Element(option, i));
  }
  return Ok();
}

bool Contains(const Paths& paths, const std::string& path) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const ContainerPath& one) { return one.path == path; });
}

class Mask final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Mask::masked_>("masked",
                                        "Paths that are hidden, where they are there: a file reads "
                                        "as empty, a folder is empty",
                                        {.fallback = kMasked}),
        slipway::Option<&Mask::readonly_>("readonly",
                                          "Paths that are read-only, where they are there, with "
                                          "all that is below them",
                                          {.fallback = kReadonly}));
  }

  Status Create(Context&) override {
    DropSlashes(masked_);
    DropSlashes(readonly_);
    RETURN_IF_ERROR(CheckNotRoot(masked_, "masked", "name what is in it"));
    RETURN_IF_ERROR(CheckNotRoot(readonly_, "readonly", "mount: {readonly: true} makes it so"));
    for (size_t i = 0; i < masked_.size(); ++i) {
      if (!Contains(readonly_, masked_[i].path)) continue;
      return Error("masked and read-only at once", masked_[i].path, "leave it out of one list")
          .Option(slipway::Element("masked", i));
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    for (const ContainerPath& path : readonly_) {
      RETURN_IF_ERROR(
          description.Add(SLIPWAY_EFFECT_MOUNT, path.path, "read-only, if it is there"));
    }
    for (const ContainerPath& path : masked_) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_MOUNT, path.path, "hidden, if it is there"));
    }
    return Ok();
  }

  // What is hidden may lie below what is read-only.
  Status InChild(Child& child) override {
    RETURN_IF_ERROR(ForEach(child, readonly_, "readonly", MakeReadonly));
    return ForEach(child, masked_, "masked", Hide);
  }

 private:
  Paths masked_;
  Paths readonly_;
};

}  // namespace

SLIPWAY_STAGE(Mask, {.name = "mask",
                     .summary = "Hides parts of /proc and /sys, and makes others read-only",
                     .privileges = SLIPWAY_ROOT_OR_USERNS,
                     .provides = {"mask"},
                     .requires_ = {"mount-namespace"},
                     .after = {"root", "procfs", "sysfs"}});
