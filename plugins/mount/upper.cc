#include "plugins/mount/upper.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/sys/file.h"

namespace mount_stage {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

constexpr int kFolder = O_PATH | O_DIRECTORY;
constexpr unsigned kWorkMode = 0700;

// Without symlinks; empty, with errno, when it cannot be.
std::string RealPath(const std::string& path) {
  char real[PATH_MAX];
  return realpath(path.c_str(), real) != nullptr ? real : std::string();
}

bool LiesIn(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::pair<std::string, std::string> SplitPath(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  return {path.substr(0, slash == 0 ? 1 : slash), path.substr(slash + 1)};
}

// The work folder would be on another filesystem.
Status CheckNoMountPoint(const std::string& upper, const std::string& parent) {
  ASSIGN_OR_RETURN(const Fd inner, sys::Open(upper, kFolder));
  ASSIGN_OR_RETURN(const Fd outer, sys::Open(parent, kFolder));
  ASSIGN_OR_RETURN(const uint64_t inner_mount, sys::MountOf(inner.get()));
  ASSIGN_OR_RETURN(const uint64_t outer_mount, sys::MountOf(outer.get()));
  if (inner_mount == outer_mount) return Ok();
  return Error("the upper folder is a mount point", upper,
               "its work folder must be beside it, on the same filesystem: name a folder in it");
}

}  // namespace

Result<UpperPlace> FindUpper(const std::string& upper) {
  std::string real = RealPath(upper);
  if (real == "/") return Error("the root of the host cannot be the upper folder", upper);
  if (!real.empty()) {
    auto [parent, name] = SplitPath(real);
    return UpperPlace{parent, name};
  }
  if (errno != ENOENT) return Error(errno, "open the upper folder", upper);
  auto [parent, name] = SplitPath(upper);
  parent = RealPath(parent);
  if (parent.empty() || name == "." || name == "..") {
    return Error(ENOENT, "make the upper folder", upper,
                 "the folder that is to hold it must exist on the host");
  }
  return UpperPlace{parent, name};
}

Status ProbeUpper(const std::string& upper, const std::vector<std::string>& lowers) {
  ASSIGN_OR_RETURN(const UpperPlace place, FindUpper(upper));
  const std::string path = (place.parent == "/" ? "" : place.parent) + "/" + place.name;
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) return Error(ENOTDIR, "use as the upper folder", upper);
    RETURN_IF_ERROR(CheckNoMountPoint(path, place.parent));
  }
  for (const std::string& lower : lowers) {
    const std::string real = RealPath(lower);
    if (real.empty()) continue;
    if (LiesIn(path, real) || LiesIn(real, path)) {
      return Error("the upper folder lies in a layer of the root, or holds one", upper,
                   "a layer must not change beneath the overlay: name a folder elsewhere");
    }
  }
  return Ok();
}

Status CopyOwner(const Fd& folder, const std::string& name, const struct stat& model) {
  // EINVAL: an owner that the user namespace has no id for.
  if (fchmodat(folder.get(), name.c_str(), model.st_mode & 07777, 0) == 0 &&
      (fchownat(folder.get(), name.c_str(), model.st_uid, model.st_gid, AT_SYMLINK_NOFOLLOW) == 0 ||
       errno == EINVAL)) {
    return Ok();
  }
  return Error(errno, "copy the root folder's mode and owner to", name);
}

Status MakeUpper(const Fd& parent, const UpperPlace& place, const struct stat& model) {
  const std::string upper_path = place.parent + "/" + place.name;
  if (mkdirat(parent.get(), place.name.c_str(), kWorkMode) == 0) {
    RETURN_IF_ERROR(CopyOwner(parent, place.name, model));
  } else if (errno != EEXIST) {
    return Error(errno, "make the upper folder", upper_path);
  }
  const std::string work_path = place.parent + "/" + place.work();
  if (mkdirat(parent.get(), place.work().c_str(), kWorkMode) != 0 && errno != EEXIST) {
    return Error(errno, "make the work folder", work_path,
                 "overlayfs wants it beside the upper folder");
  }
  ASSIGN_OR_RETURN(const Fd upper,
                   sys::OpenAt(parent, place.name, kFolder | O_NOFOLLOW, upper_path));
  ASSIGN_OR_RETURN(const Fd work,
                   sys::OpenAt(parent, place.work(), kFolder | O_NOFOLLOW, work_path));
  struct stat upper_info {};
  struct stat work_info {};
  if (fstat(upper.get(), &upper_info) != 0 || fstat(work.get(), &work_info) != 0)
    return Error(errno, "look at", work_path);
  if (work_info.st_uid == geteuid() || work_info.st_uid == upper_info.st_uid) return Ok();
  return Error("the work folder belongs to another user", work_path,
               "who could reach through it what the container writes: remove it");
}

}  // namespace mount_stage
