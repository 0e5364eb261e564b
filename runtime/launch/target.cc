#include "runtime/launch/target.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "join";

struct Kind {
  const char* name;  // in /proc/PID
  int flag;
};

constexpr Kind kKinds[] = {{"ns/user", CLONE_NEWUSER},     {"ns/mnt", CLONE_NEWNS},
                           {"ns/uts", CLONE_NEWUTS},       {"ns/ipc", CLONE_NEWIPC},
                           {"ns/net", CLONE_NEWNET},       {"ns/pid", CLONE_NEWPID},
                           {"ns/cgroup", CLONE_NEWCGROUP}, {"ns/time", CLONE_NEWTIME}};

bool IsSame(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Error CannotLook(int cause, pid_t pid) {
  return Error(cause, "look at the container's first process", std::to_string(pid),
               cause == EACCES || cause == EPERM ? "it may be another user's" : "")
      .In({}, kStep);
}

// Where the kernel does not know a kind, both have the same.
Result<int> Foreign(const sys::Fd& process, pid_t pid) {
  int flags = 0;
  for (const Kind& kind : kKinds) {
    struct stat own {};
    struct stat other {};
    if (stat((std::string("/proc/self/") + kind.name).c_str(), &own) != 0) {
      if (errno == ENOENT) continue;
      return Error(errno, "look at this process's own namespaces", kind.name).In({}, kStep);
    }
    if (fstatat(process.get(), kind.name, &other, 0) != 0) return CannotLook(errno, pid);
    if (!IsSame(own, other)) flags |= kind.flag;
  }
  return flags;
}

}  // namespace

Result<Target> Target::Find(pid_t pid, const sys::Fd& pidfd) {
  Target target;
  target.pid_ = pid;
  target.pidfd_ = pidfd.get();
  const std::string path = "/proc/" + std::to_string(pid);
  const sys::Fd process(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!process.valid()) return CannotLook(errno, pid);
  ASSIGN_OR_RETURN(target.namespaces_, Foreign(process, pid));
  if (target.namespaces_ & CLONE_NEWUSER) {
    ASSIGN_OR_RETURN(target.first_, FirstIdsOf(path));
  }
  target.root_ = sys::Fd(openat(process.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat own {};
  struct stat root {};
  if (!target.root_.valid() || fstat(target.root_.get(), &root) != 0 || stat("/", &own) != 0) {
    return CannotLook(errno, pid);
  }
  target.hostile_ = !IsSame(own, root);
  // Was it that process all the while?
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(pidfd, std::chrono::milliseconds(0)));
  if (ended) return CannotLook(ESRCH, pid);
  return target;
}

Status Target::Enter() const {
  // Whoever has rights in the container's user namespace must not get at this copy of the host;
  // ptrace(2). It ends with the exec of slipway-init.
  prctl(PR_SET_DUMPABLE, 0);
  if (namespaces_ != 0 && setns(pidfd_, namespaces_) != 0) {
    return Error(errno, "enter the container's namespaces", {},
                 errno == EPERM ? "it takes the rights of whoever started the container" : "")
        .In({}, kStep);
  }
  if (namespaces_ & CLONE_NEWUSER) {
    Status became = sys::Become(first_.user, first_.group);
    if (!became.ok()) return became.error().In({}, kStep);
  }
  if (!hostile_ && (namespaces_ & CLONE_NEWNS) == 0) return Ok();
  if (fchdir(root_.get()) != 0 || chroot(".") != 0 || chdir("/") != 0) {
    return Error(errno, "enter the container's root").In({}, kStep);
  }
  return Ok();
}

}  // namespace slipway::launch
