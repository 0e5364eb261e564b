#include "plugins/mount/layers.h"

#include <fcntl.h>
#include <sys/mount.h>
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

constexpr int kFolder = O_PATH | O_DIRECTORY;
constexpr unsigned kFolderMode = 0755;

// A copy of the mount at `root`, an option's value.
Result<Fd> CloneRoot(const std::string& root, bool recursive) {
  Result<Fd> tree = sys::CloneTree(root, recursive);
  if (!tree.ok()) tree.error().Option("root");
  return tree;
}

// Covers the host's "/" in this mount namespace: whoever has that for a root does not see it, and
// whoever comes by the descriptor does.
Status Stage(const Fd& mount) {
  ASSIGN_OR_RETURN(const Fd top, sys::Open("/", kFolder));
  return sys::Attach(mount.get(), top, "/");
}

Status StageAt(const Fd& mount, const Fd& folder, const std::string& name) {
  ASSIGN_OR_RETURN(const Fd target, sys::OpenAt(folder, name, kFolder, name));
  return sys::Attach(mount.get(), target, name);
}

// While it lives, relative paths begin at `folder`.
class WorkingFolder {
 public:
  explicit WorkingFolder(const Fd& folder) : before_(open(".", kFolder | O_CLOEXEC)) {
    there_ = fchdir(folder.get()) == 0;
  }
  ~WorkingFolder() {
    if (before_.valid()) (void)!fchdir(before_.get());
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  bool there() const { return there_; }

 private:
  Fd before_;
  bool there_ = false;
};

}  // namespace

Result<Fd> StageFolder(const std::string& root, bool readonly) {
  ASSIGN_OR_RETURN(Fd tree, CloneRoot(root, /*recursive=*/true));
  if (readonly) {
    Status status = sys::SetReadonly(tree, /*recursive=*/true, root);
    if (!status.ok()) return status.error().Option("readonly");
  }
  RETURN_IF_ERROR(Stage(tree));
  return tree;
}

Result<Fd> StageOverlay(const std::string& root) {
  // The layers lie in one tmpfs, which is on top of the host's "/" meanwhile. Relative names, so
  // that no character of a path of the host can be taken for overlayfs's own ':' and ','.
  ASSIGN_OR_RETURN(const Fd lower, CloneRoot(root, /*recursive=*/false));
  ASSIGN_OR_RETURN(const Fd tmpfs, sys::NewMount("tmpfs", {{"mode", "755"}}, 0));
  RETURN_IF_ERROR(Stage(tmpfs));
  const sys::NoUmask no_umask;
  for (const char* name : {"lower", "upper", "work"}) {
    if (mkdirat(tmpfs.get(), name, kFolderMode) != 0) return Error(errno, "mkdir", name);
  }
  RETURN_IF_ERROR(StageAt(lower, tmpfs, "lower"));

  // The root folder's own mode and owner are the upper layer's.
  struct stat info {};
  if (fstat(lower.get(), &info) != 0) return Error(errno, "stat", root).Option("root");
  // EINVAL: an owner that the user namespace has no id for.
  if (fchmodat(tmpfs.get(), "upper", info.st_mode & 07777, 0) != 0 ||
      (fchownat(tmpfs.get(), "upper", info.st_uid, info.st_gid, 0) != 0 && errno != EINVAL)) {
    return Error(errno, "copy the mode and owner of", root).Option("root");
  }
  const WorkingFolder in_tmpfs(tmpfs);
  if (!in_tmpfs.there()) return Error(errno, "enter the layers of the container's root");
  auto overlay = sys::NewMount(
      "overlay", {{"lowerdir", "lower"}, {"upperdir", "upper"}, {"workdir", "work"}}, 0);
  if (!overlay.ok()) return overlay.error().Option("overlay");
  // The kernel has its own copies of the layers' mounts: nobody else needs to reach them.
  if (umount2(".", MNT_DETACH) != 0)
    return Error(errno, "detach the layers of the container's root");
  RETURN_IF_ERROR(Stage(*overlay));
  return overlay;
}

}  // namespace mount_stage
