#include "plugins/dev/node.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"

namespace slipway::dev_stage {
namespace {

constexpr mode_t kPermissions = 07777;

bool IsDevice(mode_t mode) { return S_ISCHR(mode) || S_ISBLK(mode); }

// The file may have been exchanged since it was looked at.
Status Bind(Child& child, const Node& node) {
  ASSIGN_OR_RETURN(const sys::Fd file, sys::CloneTree(node.source, /*recursive=*/false));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at the host's", node.source);
  if (!IsDevice(facts.st_mode) || facts.st_rdev != node.number) {
    return Error("not the device that it was", node.source, "it was exchanged meanwhile");
  }
  // Read-only: the host's file keeps its owner and mode, and the device can be written to.
  RETURN_IF_ERROR(sys::AddAttributes(file,
                                     MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                                     /*recursive=*/false, node.source));
  return child.Attach(file.get(), {"/dev/" + node.name}, SLIPWAY_ATTACH_NO_SYMLINKS);
}

}  // namespace

Result<Node> LookAt(const std::string& source, const std::string& name) {
  struct stat facts {};
  if (stat(source.c_str(), &facts) != 0) return Error(errno, "look at the device", source);
  if (!IsDevice(facts.st_mode)) {
    return Error("not a device", source, "only device files can be given on");
  }
  return Node{source,        name,         facts.st_mode & (S_IFMT | kPermissions),
              facts.st_rdev, facts.st_uid, facts.st_gid};
}

Status MakeFolderOf(const sys::Fd& folder, const std::string& name) {
  const size_t end = name.rfind('/');
  if (end == std::string::npos) return Ok();
  const auto anywhere = [](const sys::Fd&) { return Ok(); };
  return sys::MakeInRoot(folder, "/" + name.substr(0, end), sys::Kind::kFolder, anywhere).status();
}

Status MakeNode(Child& child, const sys::Fd& folder, const Node& node) {
  if (mknodat(folder.get(), node.name.c_str(), node.mode, node.number) != 0) {
    if (errno == EPERM) return Bind(child, node);
    return Error(errno, "make the device file", "/dev/" + node.name);
  }
  const int fd = folder.get();
  if (fchmodat(fd, node.name.c_str(), node.mode & kPermissions, 0) != 0 ||
      fchownat(fd, node.name.c_str(), node.user, node.group, AT_SYMLINK_NOFOLLOW) != 0) {
    return Error(errno, "set the permissions of", "/dev/" + node.name);
  }
  return Ok();
}

}  // namespace slipway::dev_stage
