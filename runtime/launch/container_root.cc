#include "runtime/launch/container_root.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <string_view>
#include <utility>

#include "runtime/sdk/abi.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"

namespace slipway::launch {
namespace {

constexpr int kFolder = O_PATH | O_DIRECTORY;

bool IsFolder(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

// The path of an open file as this process sees it; empty: the kernel does not tell, because there
// is no procfs at /proc.
std::string PathOf(const sys::Fd& file) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  const ssize_t size = readlink(link.c_str(), path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : std::string();
}

// Of a path without symlinks, whose ".." leads to where it is written.
std::string PlaceWritten(const std::string& path) {
  const bool normal = path.starts_with('/') && path.size() > 1 && path.back() != '/' &&
                      path.find("/.") == std::string::npos && path.find("//") == std::string::npos;
  if (normal) return path;
  std::string place =
      ("/" / std::filesystem::path(path).relative_path()).lexically_normal().string();
  if (place.size() > 1 && place.back() == '/') place.pop_back();
  return place;
}

// Where `target` lies beneath `root`, as "/etc/hosts". plain: no symlink is on the path. Without a
// procfs: as it was written.
std::string PlaceOf(const sys::Fd& root, const sys::Fd& target, const std::string& path,
                    bool plain) {
  // To ask the kernel takes longer than a mount does.
  if (plain) return PlaceWritten(path);
  const std::string above = PathOf(root);
  std::string place = PathOf(target);
  if (above.empty() || place.empty()) return path;
  if (above != "/" && place.starts_with(above)) place.erase(0, above.size());
  return place.empty() ? "/" : place;
}

bool LiesIn(std::string_view place, std::string_view folder) {
  return place.starts_with(folder) &&
         (place.size() == folder.size() || place[folder.size()] == '/');
}

// Of a mount point that cannot be used: whose it is, and what would be right.
std::string_view TargetHint(int errno_value, bool no_symlinks) {
  switch (errno_value) {
    case ENOENT:
      return "a mount point must exist in the container's root, and this one does not; make it "
             "there";
    case ENOTDIR:
      return "a part of this path is no folder in the container's root";
    case ELOOP:
      return no_symlinks ? "in the container's root it is a symlink, or lies below one; it must be "
                           "a plain folder"
                         : "too many symlinks in the container's root";
    case EROFS:
      return "the mount point is missing in the container, in a mount that is read-only: make it "
             "in the source of that mount";
    case EOVERFLOW:
      // overlayfs would have to give a copy an owner that this user namespace has no id for.
      return "it lies in a layer whose owner the container's user namespace has no id for; make it "
             "there before, or map that id";
    default:
      return "in the container's root";
  }
}

}  // namespace

Status ContainerRoot::Set(int root, uint32_t flags, Owner owner) {
  if (is_set()) {
    return Error("a second root for the container", {},
                 "the stage " + std::string(owner_.name) + " has set one already");
  }
  if (!attached_.empty()) {
    return Error("the container's root is set too late", {},
                 "the stage " + attached_.front().stage + ", which stands before it, has mounted " +
                     attached_.front().place);
  }
  root_ = sys::Fd(fcntl(root, F_DUPFD_CLOEXEC, 3));
  if (!root_.valid()) return Error(errno, "keep the container's root");
  if (flags & SLIPWAY_ROOT_THROW_AWAY) {
    ASSIGN_OR_RETURN(mount_, sys::MountOf(root_.get()));
  }
  set_ = true;
  flags_ = flags;
  owner_ = owner;
  return Ok();
}

Result<sys::Fd> ContainerRoot::Own() const { return sys::Open("/", kFolder); }

Result<sys::Fd> ContainerRoot::Open(const std::string& path, int flags) const {
  sys::Fd own;
  if (!is_set()) {
    ASSIGN_OR_RETURN(own, Own());
  }
  const sys::Fd& root = is_set() ? root_ : own;
  // In open(2) the two together are an error.
  constexpr int kMake = O_CREAT | O_DIRECTORY;
  return (flags & kMake) == kMake ? MakeIn(root, path) : sys::OpenInRoot(root, path, flags);
}

Result<sys::Fd> ContainerRoot::MakeIn(const sys::Fd& root, const std::string& path) const {
  const auto goes_with_it = [&](const sys::Fd& folder) {
    if (MayMake(folder, path).ok()) return Ok();
    return Status(Error("would stay behind when the container has ended", path));
  };
  ASSIGN_OR_RETURN(sys::Fd folder, sys::MakeInRoot(root, path, sys::Kind::kFolder, goes_with_it));
  if (!IsFolder(folder.get())) return Error(ENOTDIR, "open the container's", path);
  RETURN_IF_ERROR(goes_with_it(folder));
  return folder;
}

// Only where nobody outside of the container finds it afterwards.
Status ContainerRoot::MayMake(const sys::Fd& folder, const std::string& path) const {
  const bool thrown_away = is_set() && (flags_ & SLIPWAY_ROOT_THROW_AWAY) != 0;
  if (thrown_away && &folder == &root_) return Ok();
  ASSIGN_OR_RETURN(const uint64_t mount, sys::MountOf(folder.get()));
  for (const Attached& attached : attached_) {
    if (attached.mount != mount) continue;
    if (attached.fresh) return Ok();
    return Error("no such file or folder in what is mounted at " + attached.place, path,
                 "it is not made there, where it would stay behind: make it yourself");
  }
  if (thrown_away && mount == mount_) return Ok();
  return Error(ENOENT, "open the container's", path, TargetHint(ENOENT, false));
}

bool ContainerRoot::IsFreshAbove(const std::string& path) const {
  const Attached* innermost = nullptr;
  for (const Attached& attached : attached_) {
    if (!LiesIn(path, attached.place)) continue;
    if (innermost == nullptr || attached.place.size() >= innermost->place.size())
      innermost = &attached;
  }
  if (innermost != nullptr) return innermost->fresh;
  return is_set() && (flags_ & SLIPWAY_ROOT_THROW_AWAY) != 0;
}

Result<ContainerRoot::Point> ContainerRoot::Target(const sys::Fd& root, int mount,
                                                   const std::string& path, uint32_t flags) const {
  constexpr int kNoSymlinks = O_PATH | O_NOFOLLOW;
  const bool no_symlinks = flags & SLIPWAY_ATTACH_NO_SYMLINKS;
  const bool folder = IsFolder(mount);
  const auto kind = folder ? sys::Kind::kFolder : sys::Kind::kFile;
  const auto may_make = [&](const sys::Fd& made_in) { return MayMake(made_in, path); };
  if (IsFreshAbove(path)) {
    if (sys::Fd made = sys::MakeLastInRoot(root, path, kind, may_make); made.valid()) {
      return Point{std::move(made), true};
    }
  }
  bool plain = true;
  auto found = sys::OpenInRoot(root, path, kNoSymlinks);
  if (!found.ok() && found.error()->errno_value == ELOOP && !no_symlinks) {
    plain = false;
    found = sys::OpenInRoot(root, path, O_PATH);
  }
  if (!found.ok() && found.error()->errno_value == ENOENT) {
    found = sys::MakeInRoot(root, path, kind, may_make);
    // Up to the name that was missing there was none; what is made behind it has none, but ".." may
    // lead back to one.
    plain = plain && found.ok() &&
            (path.find("..") == std::string::npos || sys::OpenInRoot(root, path, kNoSymlinks).ok());
  }
  if (!found.ok()) {
    if (!*found.error()->hint)
      found.error().Hint(TargetHint(found.error()->errno_value, no_symlinks));
    return found.error();
  }
  if (IsFolder(found->get()) == folder) return Point{std::move(*found), plain};
  return Error(folder ? ENOTDIR : EISDIR, "mount at", path,
               std::string("source and target must both be folders, or both be files; in the "
                           "container's root it is a ") +
                   (folder ? "file" : "folder"));
}

Status ContainerRoot::CheckCovers(const std::string& place, const std::string& path) const {
  if (place == "/") {
    return Error("a mount at the container's root itself would hide all of it", path,
                 "name a folder or file below /");
  }
  for (const Attached& attached : attached_) {
    if (!LiesIn(attached.place, place)) continue;
    return Error("a mount here would hide " + attached.place + ", which the stage " +
                     attached.stage + " has mounted before",
                 path, "write the outer mount first, or leave one of the two out");
  }
  return Ok();
}

Status ContainerRoot::Attach(int mount, const std::string& path, uint32_t flags, Owner owner) {
  sys::Fd own;
  if (!is_set()) {
    ASSIGN_OR_RETURN(own, Own());
  }
  const sys::Fd& root = is_set() ? root_ : own;
  ASSIGN_OR_RETURN(const Point target, Target(root, mount, path, flags));
  std::string place = PlaceOf(root, target.file, path, target.plain);
  RETURN_IF_ERROR(CheckCovers(place, path));
  RETURN_IF_ERROR(sys::Attach(mount, target.file, path));
  // The descriptor is still that of the mount's root, which now has an id of its own here.
  const auto id = sys::MountOf(mount);
  attached_.push_back({.place = std::move(place),
                       .stage = owner.name,
                       .mount = id.ok() ? *id : 0,
                       .fresh = (flags & SLIPWAY_ATTACH_FRESH) != 0});
  return Ok();
}

Status ContainerRoot::MakeFolder(const std::string& path) const {
  const auto anywhere = [](const sys::Fd&) { return Ok(); };
  return sys::MakeInRoot(root_, path, sys::Kind::kFolder, anywhere).status();
}

Status ContainerRoot::Enter() {
  if (!is_set()) {
    if (chdir("/") != 0) return Error(errno, "go to the folder", "/");
    return Ok();
  }
  if (flags_ & SLIPWAY_ROOT_READONLY) {
    RETURN_IF_ERROR(sys::SetReadonly(root_, /*recursive=*/false, "/"));
  }
  if (flags_ & SLIPWAY_ROOT_CHROOT) return sys::ChangeRoot(root_);
  Status status = sys::PivotRoot(root_);
  if (!status.ok() && status.error()->errno_value == EINVAL) {
    status.error().Hint("the host's / is an initramfs, or no mount point: only chroot works there");
  }
  return status;
}

}  // namespace slipway::launch
