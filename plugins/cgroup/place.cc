// open_by_handle_at(2); include/linux/exportfs.h and fs/kernfs/mount.c (FILEID_KERNFS).

#include "plugins/cgroup/place.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "plugins/cgroup/walk.h"
#include "runtime/sys/process.h"

namespace slipway::cgroup {
namespace {

constexpr int kKernfsHandle = 0xfe;  // FILEID_KERNFS: the inode number alone

Result<bool> IsCgroup(const sys::Fd& folder, const std::string& path) {
  struct statfs about {};
  if (fstatfs(folder.get(), &about) != 0) return Error(errno, "look at the cgroup", path);
  return about.f_type == CGROUP_SUPER_MAGIC || about.f_type == CGROUP2_SUPER_MAGIC;
}

bool IsAbsent(int errno_value) {
  return errno_value == ENOENT || errno_value == ENOTDIR || errno_value == ELOOP ||
         errno_value == ENODEV;
}

// The folder above `path`, or the next one above that which is there: another way into the
// hierarchy.
Result<sys::Fd> OpenAbove(std::string path) {
  const std::string wanted = path;
  for (size_t slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/')) {
    path.resize(slash);
    sys::Fd folder(open(path.empty() ? "/" : path.c_str(), kFolderFlags));
    if (folder.valid()) return folder;
    if (!IsAbsent(errno)) return Error(errno, "open the cgroup above", wanted);
  }
  return sys::Fd();
}

// In the hierarchy of `mount`. Invalid, with errno: ESTALE says that it is no more.
sys::Fd OpenByInode(const sys::Fd& mount, uint64_t inode) {
  alignas(file_handle) char bytes[sizeof(file_handle) + sizeof(inode)];
  auto* handle = reinterpret_cast<file_handle*>(bytes);
  handle->handle_bytes = sizeof(inode);
  handle->handle_type = kKernfsHandle;
  memcpy(bytes + sizeof(file_handle), &inode, sizeof(inode));
  return sys::Fd(open_by_handle_at(mount.get(), handle, kFolderFlags));
}

// Is `cgroup` one in `parent`, and not the root of its hierarchy, or of what is mounted of it?
bool IsBelow(const sys::Fd& cgroup, const sys::Fd& parent) {
  struct stat below {};
  struct stat above {};
  return fstat(cgroup.get(), &below) == 0 && fstat(parent.get(), &above) == 0 &&
         below.st_dev == above.st_dev && below.st_ino != above.st_ino;
}

// Without the capability for OpenByInode there is no other way than to look: what has been renamed
// is still in the same folder.
Status LookInParent(Place& place, uint64_t inode, const std::string& path) {
  ASSIGN_OR_RETURN(const std::vector<Inside> siblings, ListInside(place.parent, path));
  const auto found = std::find_if(siblings.begin(), siblings.end(), [inode](const Inside& sibling) {
    return sibling.inode == inode;
  });
  if (found == siblings.end()) return Ok();
  place.name = found->name;
  if (place.cgroup.valid()) return Ok();
  sys::Fd cgroup(openat(place.parent.get(), place.name.c_str(), kFolderFlags));
  if (!cgroup.valid() && !IsAbsent(errno)) return Error(errno, "open the cgroup", path);
  struct stat about {};
  if (cgroup.valid() && fstat(cgroup.get(), &about) == 0 && about.st_ino == inode) {
    place.cgroup = std::move(cgroup);
  }
  return Ok();
}

Result<Place> FindRenamed(const std::string& path, uint64_t inode) {
  ASSIGN_OR_RETURN(sys::Fd above, OpenAbove(path));
  if (!above.valid()) return Place();
  ASSIGN_OR_RETURN(const bool is_cgroup, IsCgroup(above, path));
  if (!is_cgroup) return Place();
  Place place;
  place.cgroup = OpenByInode(above, inode);
  if (place.cgroup.valid()) {
    place.parent = sys::Fd(openat(place.cgroup.get(), "..", kFolderFlags));
    if (!place.parent.valid()) return Error(errno, "open the cgroup above", path);
    if (!IsBelow(place.cgroup, place.parent)) return Place();
  } else if (errno == ESTALE) {
    return place;
  } else if (errno == EPERM || errno == EOPNOTSUPP) {
    place.parent = std::move(above);
  } else {
    return Error(errno, "find the cgroup", path);
  }
  RETURN_IF_ERROR(LookInParent(place, inode, path));
  return place;
}

}  // namespace

Result<Place> OpenPlace(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) {
    return Error("an undo record that names no cgroup", path);
  }
  Place place;
  place.name = path.substr(slash + 1);
  place.parent = sys::Fd(open(path.substr(0, slash + 1).c_str(), kFolderFlags));
  if (!place.parent.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return place;
    return Error(errno, "open the cgroup", path.substr(0, slash + 1));
  }
  place.cgroup = sys::Fd(openat(place.parent.get(), place.name.c_str(), kFolderFlags));
  if (!place.cgroup.valid() && !IsAbsent(errno)) return Error(errno, "open the cgroup", path);
  if (!place.cgroup.valid()) return place;
  ASSIGN_OR_RETURN(const bool is_cgroup, IsCgroup(place.cgroup, path));
  if (!is_cgroup) place.cgroup.Close();
  return place;
}

Result<Place> FindCgroup(const std::string& path, uint64_t inode, const std::string& boot) {
  ASSIGN_OR_RETURN(Place place, OpenPlace(path));
  if (place.cgroup.valid()) {
    struct stat about {};
    if (fstat(place.cgroup.get(), &about) != 0) return Error(errno, "look at the cgroup", path);
    if (about.st_ino == inode) return place;
  }
  if (boot.empty() || boot != sys::BootId()) return Place();
  return FindRenamed(path, inode);
}

}  // namespace slipway::cgroup
