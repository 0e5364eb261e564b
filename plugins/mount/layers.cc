#include "plugins/mount/layers.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"

namespace mount_stage {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

// A folder that every Linux system has. It is covered in the container's mount namespace alone.
constexpr const char* kStaging = "/tmp";

constexpr int kFolder = O_PATH | O_DIRECTORY;
constexpr unsigned kFolderMode = 0755;
constexpr unsigned kFileMode = 0644;

// Of the first mount, which covers kStaging itself.
constexpr const char* kNoStaging =
    "the container's root is put together on this folder of the host, where only the container "
    "sees it; make it: mkdir -m 1777 /tmp";

// A copy of the mount at `root`, an option's value.
Result<Fd> CloneRoot(const std::string& root, bool recursive) {
  Result<Fd> tree = sys::CloneTree(root, recursive);
  if (!tree.ok()) tree.error().Option("root");
  return tree;
}

Result<Fd> StageAt(const Fd& mount, const std::string& path) {
  auto target = sys::Open(path, kFolder);
  if (!target.ok()) {
    const int cause = target.error()->errno_value;
    if (path == kStaging && (cause == ENOENT || cause == ENOTDIR)) target.error().Hint(kNoStaging);
    return target;
  }
  RETURN_IF_ERROR(sys::Attach(mount, *target, path));
  return sys::Open(path, kFolder);
}

bool IsFolder(const Fd& fd) {
  struct stat info {};
  return fstat(fd.get(), &info) == 0 && S_ISDIR(info.st_mode);
}

Status MakeTarget(const Fd& root, const std::string& target, bool folder) {
  if (folder) return sys::MakeFoldersInRoot(root, target).status();
  const size_t slash = target.rfind('/');
  ASSIGN_OR_RETURN(const Fd parent, sys::MakeFoldersInRoot(root, target.substr(0, slash + 1)));
  const sys::NoUmask no_umask;
  const Fd file(openat(parent.get(), target.substr(slash + 1).c_str(),
                       O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode));
  if (!file.valid()) return Error(errno, "create", target);
  return Ok();
}

// Of a mount point that is missing, or cannot be made: whose it is, and what would be right.
std::string TargetHint(int errno_value, const std::string& target, bool make_target) {
  switch (errno_value) {
    case ENOENT:
      if (make_target) break;
      return "a mount point must exist in the container's root, and " + target +
             " does not; make it there, or set overlay: true";
    case ENOTDIR:
      return "a part of this path is no folder in the container's root";
    case ELOOP:
      return "too many symlinks in the container's root";
    case EEXIST:
      return "in the container's root it is a symlink that leads to nothing";
    case EROFS:
      return "the mount point is missing in the container, in a mount that is read-only: make it "
             "in the source of that mount";
    default:
      break;
  }
  return "in the container's root";
}

}  // namespace

Result<Fd> StageFolder(const std::string& root, bool readonly) {
  ASSIGN_OR_RETURN(const Fd tree, CloneRoot(root, /*recursive=*/true));
  if (readonly) {
    Status status = sys::SetReadonly(tree, /*recursive=*/true, root);
    if (!status.ok()) return status.error().Option("readonly");
  }
  return StageAt(tree, kStaging);
}

Result<Fd> StageOverlay(const std::string& root) {
  // All in one tmpfs: the lower layer, attached by descriptor, so that no character of its path
  // can be taken for overlayfs's own ':' and ','; the upper layer; and the overlay itself.
  ASSIGN_OR_RETURN(const Fd lower, CloneRoot(root, /*recursive=*/false));
  ASSIGN_OR_RETURN(const Fd tmpfs, sys::NewMount("tmpfs", {{"mode", "755"}}, 0));
  ASSIGN_OR_RETURN(const Fd staging, StageAt(tmpfs, kStaging));
  const sys::NoUmask no_umask;
  for (const char* name : {"lower", "upper", "work", "root"}) {
    if (mkdirat(staging.get(), name, kFolderMode) != 0) return Error(errno, "mkdir", name);
  }
  const std::string base = std::string(kStaging) + "/";
  RETURN_IF_ERROR(StageAt(lower, base + "lower").status());

  // The root folder's own mode and owner are the upper layer's.
  struct stat info {};
  if (fstat(lower.get(), &info) != 0) return Error(errno, "stat", root).Option("root");
  if (fchmodat(staging.get(), "upper", info.st_mode & 07777, 0) != 0 ||
      fchownat(staging.get(), "upper", info.st_uid, info.st_gid, 0) != 0) {
    return Error(errno, "copy the mode and owner of", root).Option("root");
  }
  auto overlay = sys::NewMount(
      "overlay",
      {{"lowerdir", base + "lower"}, {"upperdir", base + "upper"}, {"workdir", base + "work"}}, 0);
  if (!overlay.ok()) return overlay.error().Option("overlay");
  return StageAt(*overlay, base + "root");
}

Status AttachAt(const Fd& root, const std::string& path, const Fd& mount, bool make_target) {
  auto found = sys::OpenInRoot(root, path, O_PATH);
  if (!found.ok() && found.error()->errno_value == ENOENT && make_target) {
    Status made = MakeTarget(root, path, IsFolder(mount));
    if (!made.ok()) {
      return made.error().Hint(TargetHint(made.error()->errno_value, path, make_target));
    }
    found = sys::OpenInRoot(root, path, O_PATH);
  }
  if (!found.ok()) {
    return found.error().Hint(TargetHint(found.error()->errno_value, path, make_target));
  }
  if (IsFolder(*found) != IsFolder(mount)) {
    return Error(IsFolder(mount) ? ENOTDIR : EISDIR, "mount at", path,
                 std::string("source and target must both be folders, or both be files; in the "
                             "container's root it is a ") +
                     (IsFolder(mount) ? "file" : "folder"));
  }
  return sys::Attach(mount, *found, path);
}

}  // namespace mount_stage
