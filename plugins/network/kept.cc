#include "plugins/network/kept.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

namespace slipway::network {

namespace {

constexpr char kRun[] = "/run";
constexpr char kFolder[] = "/run/slipway-network";
constexpr char kKeep[] = "keep the container's network namespace at";

std::string PathOf(std::string_view container) {
  return std::string(kFolder).append("/").append(container);
}

}  // namespace

bool CanKeep() {
  if (faccessat(AT_FDCWD, kRun, W_OK, AT_EACCESS) != 0) return false;
  const sys::Fd mount(
      static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
  return mount.valid() || errno != EPERM;
}

Status KeepAt(pid_t pid, const std::string& path) {
  const sys::Fd file(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR));
  if (!file.valid()) return Error(errno, kKeep, path);
  const std::string its = "/proc/" + std::to_string(pid) + "/ns/net";
  if (mount(its.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0) return Ok();
  return Error(errno, kKeep, path);
}

Status Keep(pid_t pid, std::string_view container) {
  while (true) {
    if (mkdir(kFolder, S_IRWXU) != 0 && errno != EEXIST) return Error(errno, kKeep, kFolder);
    Status kept = KeepAt(pid, PathOf(container));
    // Another runtime has just removed the folder.
    if (kept.ok() || kept.error()->errno_value != ENOENT) return kept;
  }
}

Result<std::optional<Socket>> OpenKept(std::string_view container) {
  const std::string path = PathOf(container);
  const sys::Fd kept(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!kept.valid() && errno == ENOENT) return std::optional<Socket>();
  if (!kept.valid()) return Error(errno, "open the container's network namespace", path);
  ASSIGN_OR_RETURN(const sys::Fd own, sys::Open("/proc/thread-self/ns/net", O_RDONLY));
  if (setns(kept.get(), CLONE_NEWNET) != 0) {
    // The file was made, and nothing mounted on it.
    if (errno == EINVAL) return std::optional<Socket>();
    return Error(errno, "enter the container's network namespace", path);
  }
  auto socket = Socket::Open();
  if (setns(own.get(), CLONE_NEWNET) != 0) return Error(errno, "go back to the host's network");
  if (!socket.ok()) return socket.error();
  return std::optional(std::move(socket).value());
}

Status DropAt(const std::string& path) {
  if (umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL &&
      errno != ENOENT) {
    return Error(errno, "let go of the container's network namespace at", path);
  }
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return Ok();
  return Error(errno, "remove", path);
}

Status Drop(std::string_view container) {
  RETURN_IF_ERROR(DropAt(PathOf(container)));
  rmdir(kFolder);  // unless there are others
  return Ok();
}

}  // namespace slipway::network
