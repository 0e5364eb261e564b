#include "runtime/sys/mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::sys {
namespace {

constexpr int kMaxMounts = 100;  // on top of each other

// Of a call that is refused to nobody who may mount.
const char* WhoRefuses(int cause) {
  return cause == EPERM ? "a seccomp filter, such as docker's, or a security module may refuse it"
                        : "";
}

// What the filesystem wrote to its context's log says more than errno does; fsopen(2).
std::string ContextLog(const Fd& context) {
  char buffer[256];
  std::string log;
  ssize_t size = 0;
  while ((size = read(context.get(), buffer, sizeof(buffer))) > 0) {
    std::string line(buffer, static_cast<size_t>(size));
    if (line.size() > 2 && line[1] == ' ') line.erase(0, 2);  // the level: "e ", "w ", "i "
    while (!line.empty() && line.back() == '\n') line.pop_back();
    if (!log.empty()) log += "; ";
    log += line;
  }
  return log;
}

// Does the mount at this folder belong to this mount namespace? All are private already, so that
// the question changes nothing; mount_setattr(2), EINVAL.
Result<bool> IsAttached(const Fd& folder) {
  mount_attr attributes{};
  attributes.propagation = MS_PRIVATE;
  if (syscall(SYS_mount_setattr, folder.get(), "", AT_EMPTY_PATH, &attributes,
              sizeof(attributes)) == 0) {
    return true;
  }
  if (errno == EINVAL) return false;
  return Error(errno, "see whether the old root is gone");
}

// Everything of it: mounts that lay on top of its root go first, one by one.
Status DetachOldRoot(const Fd& old) {
  for (int mounts = 0; mounts < kMaxMounts; ++mounts) {
    if (umount2(".", MNT_DETACH) != 0) return Error(errno, "unmount the old root");
    ASSIGN_OR_RETURN(const bool attached, IsAttached(old));
    if (!attached) return Ok();
  }
  return Error(EBUSY, "unmount the old root");
}

Result<Fd> OpenTree(int from, const char* path, unsigned flags, const std::string& name) {
  flags |= OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
  Fd tree(static_cast<int>(syscall(SYS_open_tree, from, path, flags)));
  if (!tree.valid()) return Error(errno, "take the mount of", name, WhoRefuses(errno));
  return tree;
}

}  // namespace

Status MakeAllMountsPrivate() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Error(errno, "keep mounts from the host at", "/");
  }
  return Ok();
}

Result<Fd> CloneTree(const std::string& path, bool recursive) {
  return OpenTree(AT_FDCWD, path.c_str(), recursive ? AT_RECURSIVE : 0U, path);
}

Result<Fd> CloneTree(const Fd& file, bool recursive, const std::string& path) {
  return OpenTree(file.get(), "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U), path);
}

Result<Fd> NewMount(const std::string& type,
                    const std::vector<std::pair<std::string, std::string>>& options,
                    uint64_t attributes) {
  ASSIGN_OR_RETURN(const Fd context, PrepareMount(type));
  return FinishMount(context, type, options, attributes);
}

Result<Fd> PrepareMount(const std::string& type) {
  Fd context(static_cast<int>(syscall(SYS_fsopen, type.c_str(), FSOPEN_CLOEXEC)));
  if (!context.valid()) {
    return Error(errno, "prepare a filesystem of the type", type,
                 errno == ENODEV ? "this kernel does not offer the filesystem" : WhoRefuses(errno));
  }
  return context;
}

Result<Fd> PrepareProcfs() { return PrepareMount("proc"); }

Result<Fd> FinishMount(const Fd& context, const std::string& type,
                       const std::vector<std::pair<std::string, std::string>>& options,
                       uint64_t attributes) {
  for (const auto& [key, value] : options) {
    const bool flag = value.empty();
    if (syscall(SYS_fsconfig, context.get(), flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING,
                key.c_str(), flag ? nullptr : value.c_str(), 0)) {
      const int saved = errno;
      return Error(saved, "mount " + type, flag ? key : key + "=" + value, ContextLog(context));
    }
  }
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0)) {
    const int saved = errno;
    return Error(saved, "mount", type, ContextLog(context));
  }
  Fd mount(static_cast<int>(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, attributes)));
  if (!mount.valid()) return Error(errno, kMakeMount, type);
  return mount;
}

Status SetReadonly(const Fd& mount, bool recursive, const std::string& path) {
  return AddAttributes(mount, MOUNT_ATTR_RDONLY, recursive, path);
}

Status AddAttributes(const Fd& mount, uint64_t attributes, bool recursive,
                     const std::string& path) {
  mount_attr request{};
  request.attr_set = attributes;
  const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U);
  if (syscall(SYS_mount_setattr, mount.get(), "", flags, &request, sizeof(request))) {
    const bool readonly = attributes == MOUNT_ATTR_RDONLY;
    return Error(errno, readonly ? "make read-only" : "restrict the mount of", path);
  }
  return Ok();
}

Result<uint64_t> RestrictionsOf(const Fd& file, const std::string& path) {
  static_assert(ST_NOSUID == MOUNT_ATTR_NOSUID && ST_NODEV == MOUNT_ATTR_NODEV &&
                ST_NOEXEC == MOUNT_ATTR_NOEXEC);
  struct statfs info {};
  if (fstatfs(file.get(), &info) != 0) return Error(errno, "see how this is mounted:", path);
  return static_cast<uint64_t>(info.f_flags) & (ST_NOSUID | ST_NODEV | ST_NOEXEC);
}

std::string AttributesText(uint64_t attributes) {
  std::string text;
  for (const auto& [attribute, name] : {std::pair{MOUNT_ATTR_RDONLY, "read-only"},
                                        {MOUNT_ATTR_NOSUID, "nosuid"},
                                        {MOUNT_ATTR_NODEV, "nodev"},
                                        {MOUNT_ATTR_NOEXEC, "noexec"}}) {
    if ((attributes & static_cast<uint64_t>(attribute)) != 0) text.append(", ").append(name);
  }
  return text;
}

Status SetPropagation(const Fd& mount, uint64_t propagation, const std::string& path) {
  mount_attr request{};
  request.propagation = propagation;
  if (syscall(SYS_mount_setattr, mount.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &request,
              sizeof(request))) {
    return Error(errno, "set the propagation of", path);
  }
  return Ok();
}

Status Attach(int mount, const Fd& target, const std::string& path) {
  if (syscall(SYS_move_mount, mount, "", target.get(), "",
              MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)) {
    return Error(errno, "mount at", path);
  }
  return Ok();
}

Status PivotRoot(const Fd& root) {
  ASSIGN_OR_RETURN(const Fd old, Open("/", O_PATH | O_DIRECTORY));
  if (fchdir(root.get()) != 0) return Error(errno, "enter the new root");
  // With both at ".", the old root lies on top of the new one and is detached by the umount;
  // pivot_root(2), "pivot_root(".", ".")".
  if (syscall(SYS_pivot_root, ".", ".")) return Error(errno, kPivotRoot);
  RETURN_IF_ERROR(DetachOldRoot(old));
  if (chdir("/") != 0) return Error(errno, "enter the new root");
  return Ok();
}

Status ChangeRoot(const Fd& root) {
  if (fchdir(root.get()) != 0) return Error(errno, "enter the new root");
  if (chroot(".") != 0) return Error(errno, "make the new root the root (chroot)");
  if (chdir("/") != 0) return Error(errno, "enter the new root");
  return Ok();
}

}  // namespace slipway::sys
