#include "runtime/sys/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace slipway::sys {

Result<Cloned> Clone(uint64_t namespaces, int cgroup_fd) {
  int pidfd = -1;
  clone_args args{};
  args.flags = namespaces | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (cgroup_fd >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(cgroup_fd);
  }
  const long pid = syscall(SYS_clone3, &args, sizeof(args));
  if (pid < 0) return Error(errno, "clone3");
  Cloned cloned;
  cloned.pid = static_cast<pid_t>(pid);
  if (pid > 0) cloned.pidfd = Fd(pidfd);
  return cloned;
}

Result<Fd> OpenPidfd(pid_t pid) {
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) return Error(errno, "pidfd_open", std::to_string(pid));
  return pidfd;
}

Status SendSignal(const Fd& pidfd, int signal) {
  if (syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) != 0 && errno != ESRCH) {
    return Error(errno, "pidfd_send_signal", std::to_string(signal));
  }
  return Ok();
}

Result<bool> AwaitExit(const Fd& pidfd, std::chrono::milliseconds timeout) {
  pollfd event{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  const int count = poll(&event, 1, static_cast<int>(timeout.count()));
  if (count < 0 && errno != EINTR) return Error(errno, "poll", "pidfd");
  return count > 0;
}

bool HasCapability(int capability) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

bool IsPrivileged() {
  return geteuid() == 0 || getauxval(AT_SECURE) != 0 || HasCapability(CAP_SYS_ADMIN);
}

std::string ExecutablePath() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : std::string();
}

Status OpenStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number, which is fd.
    if (open("/dev/null", O_RDWR) < 0) return Error(errno, "open", "/dev/null");
  }
  return Ok();
}

Status SetHostname(const std::string& name) {
  if (sethostname(name.data(), name.size()) != 0) return Error(errno, "sethostname", name);
  return Ok();
}

Status SetDomainname(const std::string& name) {
  if (setdomainname(name.data(), name.size()) != 0) return Error(errno, "setdomainname", name);
  return Ok();
}

}  // namespace slipway::sys
