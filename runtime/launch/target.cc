#include "runtime/launch/target.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <string>

#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "join";

constexpr int kOthers[] = {CLONE_NEWNS,  CLONE_NEWUTS,    CLONE_NEWIPC, CLONE_NEWNET,
                           CLONE_NEWPID, CLONE_NEWCGROUP, CLONE_NEWTIME};
constexpr int kAllOthers = std::accumulate(std::begin(kOthers), std::end(kOthers), 0);

bool IsSame(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Error CannotLook(int cause, pid_t pid) {
  return Error(cause, "look at the container's first process", std::to_string(pid),
               cause == EACCES || cause == EPERM ? "it may be another user's" : "")
      .In({}, kStep);
}

// The flag of a kind in which the process's namespace is not this process's own; else 0. Where the
// kernel does not know the kind, both have the same.
Result<int> Foreign(const sys::Fd& process, pid_t pid, int flag) {
  const std::string name = std::string("ns/") + sys::NamespaceName(static_cast<uint64_t>(flag));
  struct stat other {};
  const int cause = fstatat(process.get(), name.c_str(), &other, 0) == 0 ? 0 : errno;
  // Nobody in another may look at a process of the first one, ptrace(2). This saves a first look
  // into /proc/self.
  if (flag == CLONE_NEWUSER && cause == 0 && other.st_ino == sys::kFirstUserNamespace) return 0;
  const auto own = sys::OwnNamespace(static_cast<uint64_t>(flag));
  if (!own.ok()) {
    if (own.error()->errno_value == ENOENT) return 0;
    return Error(own.error()->errno_value, "look at this process's own namespaces", name)
        .In({}, kStep);
  }
  if (cause != 0) return CannotLook(cause, pid);
  return *own == sys::NamespaceId{other.st_dev, other.st_ino} ? 0 : flag;
}

}  // namespace

Result<Target> Target::Find(pid_t pid, const sys::Fd& pidfd) {
  Target target;
  target.pid_ = pid;
  target.pidfd_ = pidfd.get();
  const std::string path = "/proc/" + std::to_string(pid);
  target.process_ = sys::Fd(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!target.process_.valid()) return CannotLook(errno, pid);
  ASSIGN_OR_RETURN(target.user_, Foreign(target.process_, pid, CLONE_NEWUSER));
  if (target.user_ != 0) {
    ASSIGN_OR_RETURN(target.first_, FirstIdsOf(path));
  }
  target.root_ = sys::Fd(openat(target.process_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
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

// Where this process has the rights it enters all of them, its own too: to find out which differ
// takes longer than that. (To enter one's own user namespace is an error.)
Result<int> Target::EnterNamespaces() const {
  if (setns(pidfd_, user_ | kAllOthers) == 0) return user_ | kAllOthers;
  // EINVAL: a kind that the kernel does not know.
  int flags = user_;
  if (errno == EPERM || errno == EINVAL) {
    for (const int kind : kOthers) {
      ASSIGN_OR_RETURN(const int flag, Foreign(process_, pid_, kind));
      flags |= flag;
    }
    if (flags == 0 || setns(pidfd_, flags) == 0) return flags;
  }
  return Error(errno, "enter the container's namespaces", {},
               errno == EPERM ? "it takes the rights of whoever started the container" : "")
      .In({}, kStep);
}

Status Target::Enter() const {
  // Whoever has rights in the container's user namespace must not get at this copy of the host;
  // ptrace(2). It ends with the exec of slipway-init.
  prctl(PR_SET_DUMPABLE, 0);
  ASSIGN_OR_RETURN(const int entered, EnterNamespaces());
  if (user_ != 0) {
    Status became = sys::Become(first_.user, first_.group);
    if (!became.ok()) return became.error().In({}, kStep);
  }
  if (!hostile_ && (entered & CLONE_NEWNS) == 0) return Ok();
  if (fchdir(root_.get()) != 0 || chroot(".") != 0 || chdir("/") != 0) {
    return Error(errno, "enter the container's root").In({}, kStep);
  }
  return Ok();
}

}  // namespace slipway::launch
