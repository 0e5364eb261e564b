#include "runtime/sys/pid_namespace.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace slipway::sys {
namespace {

// PIDFD_GET_PID_NAMESPACE of linux/pidfd.h since Linux 6.11; older kernels say ENOTTY or EINVAL.
constexpr unsigned long kGetPidNamespace = _IO(0xFF, 5);

}  // namespace

std::optional<ino_t> PidNamespaceOf(const std::string& pid) {
  struct stat about {};
  if (stat(("/proc/" + pid + "/ns/pid").c_str(), &about) != 0) return std::nullopt;
  return about.st_ino;
}

std::optional<ino_t> PidNamespaceOf(pid_t pid, const Fd& pidfd) {
  const Fd file(ioctl(pidfd.get(), kGetPidNamespace, 0));
  struct stat about {};
  if (file.valid() && fstat(file.get(), &about) == 0) return about.st_ino;
  return PidNamespaceOf(std::to_string(pid));
}

Result<std::vector<pid_t>> ProcessesIn(ino_t pid_namespace) {
  std::vector<pid_t> pids;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(opendir("/proc"), closedir);
  if (!proc) return Error(errno, "read", "/proc");
  while (const dirent* entry = readdir(proc.get())) {
    char* end = nullptr;
    const long pid = strtol(entry->d_name, &end, 10);
    if (pid > 0 && *end == '\0' && PidNamespaceOf(entry->d_name) == pid_namespace) {
      pids.push_back(static_cast<pid_t>(pid));
    }
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

}  // namespace slipway::sys
