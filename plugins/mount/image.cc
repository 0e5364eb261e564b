#include "plugins/mount/image.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sys/file.h"
#include "runtime/sys/loop.h"
#include "runtime/sys/mount.h"

namespace mount_stage {
namespace {

using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

using MountOptions = std::vector<std::pair<std::string, std::string>>;

constexpr char kUnpack[] = "unpack the image into a folder, and name that as root";

struct Filesystem {
  const char* name;
  off_t place;
  std::string_view magic;
};

// What a filesystem begins with, at its own place.
constexpr std::array<Filesystem, 3> kFilesystems = {{
    {"squashfs", 0, std::string_view("hsqs")},
    {"erofs", 1024, std::string_view("\xe2\xe1\xf5\xe0")},
    {"ext4", 1024 + 0x38, std::string_view("\x53\xef")},
}};

Result<Fd> OpenImage(const std::string& path) {
  // Should it be a fifo by now: nobody waits for its other end.
  ASSIGN_OR_RETURN(Fd file, sys::Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return Error(errno, "look at", path);
  if (!S_ISREG(info.st_mode)) return Error("no image file", path);
  return file;
}

Result<const Filesystem*> FilesystemIn(const Fd& file, const std::string& path) {
  char start[4];
  for (const Filesystem& filesystem : kFilesystems) {
    const ssize_t size = pread(file.get(), start, filesystem.magic.size(), filesystem.place);
    if (size < 0) return Error(errno, "read", path);
    if (std::string_view(start, static_cast<size_t>(size)) == filesystem.magic) return &filesystem;
  }
  return Error("no filesystem image that is known here", path,
               "an image is a squashfs, erofs or ext4; unpack an archive into a folder first");
}

// An ext4 says itself what a damage leads to, which may be a panic of the kernel: no image says it
// here. Its journal, which may be any writes, is left alone.
MountOptions OptionsFor(const Filesystem& filesystem, const std::string& device) {
  MountOptions options = {{"source", device}, {"ro", ""}};
  if (std::string_view(filesystem.name) != "ext4") return options;
  options.emplace_back("errors", "continue");
  options.emplace_back("noload", "");
  return options;
}

}  // namespace

Status ProbeImage(const std::string& path) {
  ASSIGN_OR_RETURN(const Fd file, OpenImage(path));
  ASSIGN_OR_RETURN(const Filesystem* filesystem, FilesystemIn(file, path));
  if (access(sys::kLoopControl, R_OK | W_OK) != 0) {
    const std::string cure = errno == ENOENT ? "load the module loop of the kernel, or " : "";
    return NotHere(Error(errno, "use a loop device for the image", path,
                         errno == EACCES ? "only root of the machine may" : ""),
                   cure + kUnpack);
  }
  const Fd context(static_cast<int>(syscall(SYS_fsopen, filesystem->name, FSOPEN_CLOEXEC)));
  if (context.valid()) return Ok();
  const bool unknown = errno == ENODEV;
  return NotHere(
      Error(errno, std::string("mount the ") + filesystem->name + " image", path,
            unknown ? std::string("this kernel has no ") + filesystem->name : std::string()),
      (unknown ? std::string("load its module, ") + filesystem->name +
                     ", make the image with another filesystem of /proc/filesystems, or "
               : std::string()) +
          kUnpack);
}

Result<Fd> MountImage(const std::string& path, uint64_t attributes) {
  ASSIGN_OR_RETURN(const Fd file, OpenImage(path));
  ASSIGN_OR_RETURN(const Filesystem* filesystem, FilesystemIn(file, path));
  ASSIGN_OR_RETURN(const sys::Loop loop, sys::AttachLoop(file, path));
  auto mount = sys::NewMount(filesystem->name, OptionsFor(*filesystem, loop.path),
                             attributes | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
  if (mount.ok()) return mount;
  const std::string log = mount.error()->hint;
  return Error(mount.error()->errno_value, std::string("mount the ") + filesystem->name + " image",
               path,
               log.empty() ? "it is damaged, or of a kind that this kernel does not know; its log, "
                             "dmesg, may say more"
                           : log);
}

}  // namespace mount_stage
