#include "runtime/sys/idmap.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::sys {

int MapMount(int mount, int user_namespace, bool recursive) {
  mount_attr request{};
  request.attr_set = MOUNT_ATTR_IDMAP;
  request.userns_fd = static_cast<unsigned>(user_namespace);
  const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U);
  return syscall(SYS_mount_setattr, mount, "", flags, &request, sizeof(request)) == 0 ? 0 : errno;
}

const char* WhyNotMapped(int cause) {
  switch (cause) {
    case EINVAL:
      return "its filesystem, or that of a mount below it, cannot do so with this kernel; ext4, "
             "xfs, "
             "btrfs, and tmpfs since Linux 6.3 can";
    case EPERM:
      return "its owners are mapped already, or the runtime may not map them: it needs root of the "
             "machine";
    default:
      return "";
  }
}

}  // namespace slipway::sys
