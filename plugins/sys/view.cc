#include "plugins/sys/view.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"

namespace sys_stage {
namespace {

using slipway::Child;
using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
namespace sys = slipway::sys;

constexpr uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

Result<sys::Fd> MountFolder() {
  return sys::NewMount("tmpfs", {{"mode", "0755"}, {"size", "4k"}}, kAttributes);
}

Status Attach(Child& child, const sys::Fd& mount, const std::string& path) {
  return child.Attach(mount.get(), {path}, SLIPWAY_ATTACH_NO_SYMLINKS);
}

// v1 is not safe to give to whoever has no rights outside: what is written there is not checked as
// in v2.
Status CheckWritable(const sys::Fd& mount, const std::string& path) {
  if (faccessat(mount.get(), "cgroup.procs", W_OK, AT_EACCESS) == 0) return Ok();
  return Error(errno, "let the container write to its own cgroup at", path,
               "in a user namespace only one of v2 is given to it");
}

Status MountHierarchy(Child& child, const Hierarchy& hierarchy, const std::string& path,
                      const Delegate* writable) {
  auto mount = sys::NewMount(hierarchy.type(), hierarchy.MountOptions(),
                             kAttributes | (writable != nullptr ? 0 : MOUNT_ATTR_RDONLY));
  if (!mount.ok()) return mount.error();
  if (writable != nullptr) {
    RETURN_IF_ERROR(hierarchy.is_v2() ? writable->Give(*mount, path) : CheckWritable(*mount, path));
  }
  return Attach(child, *mount, path);
}

Status MakeNames(const sys::Fd& folder, const Hierarchy& hierarchy) {
  const sys::NoUmask no_umask;
  if (mkdirat(folder.get(), hierarchy.name.c_str(), 0755) != 0) {
    return Error(errno, "make a folder for the cgroups of", hierarchy.name);
  }
  for (const std::string& alias : hierarchy.Aliases()) {
    if (symlinkat(hierarchy.name.c_str(), folder.get(), alias.c_str()) != 0) {
      return Error(errno, "make a link to the cgroups of", hierarchy.name);
    }
  }
  return Ok();
}

}  // namespace

Status MountView(Child& child, const std::vector<Hierarchy>& hierarchies,
                 const Delegate* writable) {
  if (hierarchies.size() == 1 && hierarchies[0].is_v2()) {
    return MountHierarchy(child, hierarchies[0], kCgroups, writable);
  }
  ASSIGN_OR_RETURN(const sys::Fd folder, MountFolder());
  for (const Hierarchy& hierarchy : hierarchies) {
    RETURN_IF_ERROR(MakeNames(folder, hierarchy));
  }
  RETURN_IF_ERROR(Attach(child, folder, kCgroups));
  for (const Hierarchy& hierarchy : hierarchies) {
    RETURN_IF_ERROR(
        MountHierarchy(child, hierarchy, std::string(kCgroups) + "/" + hierarchy.name, writable));
  }
  return sys::SetReadonly(folder, /*recursive=*/false, kCgroups);
}

Status MountNothing(Child& child) {
  ASSIGN_OR_RETURN(const sys::Fd folder, MountFolder());
  RETURN_IF_ERROR(sys::SetReadonly(folder, /*recursive=*/false, kCgroups));
  return Attach(child, folder, kCgroups);
}

}  // namespace sys_stage
