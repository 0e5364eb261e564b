#include "runtime/sys/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <string_view>

#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace slipway::sys {
namespace {

constexpr decltype(statfs::f_type) kPidfsMagic = 0x50494446;  // linux/magic.h of Linux 6.9
// Of /proc/pid/stat, proc(5).
constexpr int kParentField = 4;
constexpr int kFlagsField = 9;
constexpr int kStartTimeField = 22;
constexpr int kExitCodeField = 52;
constexpr uint64_t kExiting = 0x4;  // PF_EXITING of the kernel's include/linux/sched.h

// The inode number of a pidfd, where no two processes have the same; else 0. Before Linux 6.9 all
// pidfds are one inode of another filesystem.
Result<uint64_t> UniqueNumber(const Fd& pidfd) {
  struct statfs filesystem {};
  struct stat facts {};
  if (fstatfs(pidfd.get(), &filesystem) != 0) return Error(errno, "look at a process");
  if (filesystem.f_type != kPidfsMagic) return 0;
  if (fstat(pidfd.get(), &facts) != 0) return Error(errno, "look at a process");
  return facts.st_ino;
}

// The `field`th of /proc/pid/stat, proc(5), which is a number; nullopt: there is none.
std::optional<uint64_t> NumberIn(std::string_view stat, int field) {
  // The second field is the name, in parentheses; it may hold blanks and parentheses.
  size_t at = stat.rfind(')');
  for (int i = 2; i < field && at != std::string_view::npos; ++i) at = stat.find(' ', at + 1);
  uint64_t number = 0;
  if (at == std::string_view::npos ||
      std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), number).ec != std::errc()) {
    return std::nullopt;
  }
  return number;
}

// The state stands behind the name, which may hold anything.
bool IsInState(std::string_view stat, std::string_view state) {
  const size_t name_end = stat.rfind(')');
  return name_end != std::string_view::npos && stat.substr(name_end).starts_with(state);
}

bool IsZombie(std::string_view stat) { return IsInState(stat, ") Z "); }

std::string StatOf(pid_t pid) { return "/proc/" + std::to_string(pid) + "/stat"; }

Result<uint64_t> StartTime(pid_t pid) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(StatOf(pid)));
  const auto time = NumberIn(text, kStartTimeField);
  if (!time) return Error("cannot find the start time of a process in", StatOf(pid));
  return *time;
}

// One bit for each; none where they cannot be told.
uint64_t EffectiveCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) != 0) return 0;
  return data[0].effective | uint64_t{data[1].effective} << 32;
}

}  // namespace

Result<Fd> OpenPidfd(pid_t pid) {
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) return Error(errno, "open the process", std::to_string(pid));
  return pidfd;
}

Result<ProcessIdentity> Identify(pid_t pid, const Fd& pidfd) {
  const Result<uint64_t> unique = UniqueNumber(pidfd);
  ProcessIdentity identity{.pid = pid, .unique = unique.ok() ? *unique : 0, .start_time = 0};
  if (identity.unique == 0) {
    ASSIGN_OR_RETURN(identity.start_time, StartTime(pid));
  }
  return identity;
}

Result<Fd> FindProcess(const ProcessIdentity& identity) {
  auto pidfd = OpenPidfd(identity.pid);
  if (!pidfd.ok()) {
    // EINVAL, and ENOENT on newer kernels: the number is now that of a thread which leads no
    // process.
    const int reason = pidfd.error()->errno_value;
    if (reason == ESRCH || reason == EINVAL || reason == ENOENT) return Fd();
    return pidfd;
  }
  if (identity.unique != 0) {
    ASSIGN_OR_RETURN(const uint64_t unique, UniqueNumber(*pidfd));
    if (unique != identity.unique) return Fd();
  } else {
    // Asked after the pidfd was opened: it is the pidfd's process, or the pidfd's has ended.
    const auto time = StartTime(identity.pid);
    const int reason = time.ok() ? 0 : time.error()->errno_value;
    if (reason == ENOENT || reason == ESRCH) return Fd();
    if (!time.ok()) return time.error();
    if (*time != identity.start_time) return Fd();
  }
  ASSIGN_OR_RETURN(const bool ended, AwaitExit(*pidfd, std::chrono::milliseconds(0)));
  return ended ? Result<Fd>(Fd()) : std::move(pidfd);
}

std::string BootId() {
  const Result<Fd> file = Open("/proc/sys/kernel/random/boot_id", O_RDONLY);
  char id[36];  // a UUID
  const bool read_whole = file.ok() && read((*file).get(), id, sizeof(id)) == sizeof(id);
  return read_whole ? std::string(id, sizeof(id)) : std::string();
}

Status SendSignal(const Fd& pidfd, int signal) {
  if (syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) != 0 && errno != ESRCH) {
    return Error(errno, "send the signal", std::to_string(signal));
  }
  return Ok();
}

Status AwaitExit(const Fd& pidfd) {
  pollfd exit{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  while (poll(&exit, 1, -1) < 0) {
    if (errno != EINTR) return Error(errno, "wait for a process's end");
  }
  return Ok();
}

bool Reap(pid_t child, std::chrono::milliseconds patience) {
  const auto pidfd = OpenPidfd(child);
  const auto ended = pidfd.ok() ? AwaitExit(*pidfd, patience) : Result<bool>(true);
  const bool lingers = ended.ok() && !*ended;
  while (waitpid(child, nullptr, lingers ? WNOHANG : 0) < 0 && errno == EINTR) {
  }
  return !lingers;
}

void AwaitReaped(const Fd& pidfd, std::chrono::milliseconds timeout) {
  // POLLHUP, which is told whatever is asked for.
  pollfd reaped{.fd = pidfd.get(), .events = 0, .revents = 0};
  (void)!poll(&reaped, 1, static_cast<int>(timeout.count()));
}

std::optional<int> StatusOfEnded(const Fd& pidfd) {
  // Of <linux/pidfd.h>, which Debian 12's headers do not have yet: PIDFD_INFO_SIZE_VER0.
  struct Info {
    uint64_t mask;
    uint64_t cgroup_id;
    uint32_t ids[11];  // pid, tgid, ppid, and those of user and group
    int32_t exit_code;
  };
  static_assert(sizeof(Info) == 64);
  constexpr uint64_t kExit = 1U << 3;
  constexpr int kForParent = 1000;  // ms
  // The kernel knows it for others once the parent has taken note: POLLHUP.
  pollfd reaped{.fd = pidfd.get(), .events = 0, .revents = 0};
  while (poll(&reaped, 1, kForParent) < 0 && errno == EINTR) {
  }
  Info info{};
  info.mask = kExit;
  if (ioctl(pidfd.get(), _IOWR(0xFF, 11, Info), &info) != 0 || (info.mask & kExit) == 0) {
    return std::nullopt;
  }
  return info.exit_code;
}

Result<bool> AwaitExit(const Fd& pidfd, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  for (auto left = timeout;;) {
    pollfd event{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    const int count = poll(&event, 1, static_cast<int>(left.count()));
    if (count >= 0) return count > 0;
    if (errno != EINTR) return Error(errno, "wait for the end of a process");
    left = std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()),
                    std::chrono::milliseconds(0));
  }
}

std::optional<int> StatusOfEnding(pid_t pid) {
  const auto text = ReadFile(StatOf(pid));
  if (!text.ok()) return std::nullopt;
  const auto flags = NumberIn(*text, kFlagsField);
  // A zombie has ended; one that is the first thread alone does not tell how the others will.
  if (!flags || (*flags & kExiting) == 0 || IsZombie(*text)) return std::nullopt;
  const auto status = NumberIn(*text, kExitCodeField);
  return status ? std::optional<int>(static_cast<int>(*status)) : std::nullopt;
}

std::optional<pid_t> ParentOfZombie(pid_t pid) {
  const auto text = ReadFile(StatOf(pid));
  if (!text.ok() || !IsZombie(*text)) return std::nullopt;
  const auto parent = NumberIn(*text, kParentField);
  return parent ? std::optional<pid_t>(static_cast<pid_t>(*parent)) : std::nullopt;
}

bool IsStopped(pid_t pid) {
  const auto text = ReadFile(StatOf(pid));
  return text.ok() && IsInState(*text, ") T");
}

bool HasCapability(int capability) {
  return EffectiveCapabilities() & (uint64_t{1} << static_cast<unsigned>(capability));
}

bool IsInFirstUserNamespace() {
  struct stat facts {};
  return stat("/proc/self/ns/user", &facts) != 0 || facts.st_ino == kFirstUserNamespace;
}

bool IsPrivileged() { return geteuid() == 0 || EffectiveCapabilities() != 0; }

// CLONE_THREAD asks for what a process of a single thread has anyway, and is refused to any other;
// unshare(2).
bool IsSingleThreaded() { return unshare(CLONE_THREAD) == 0 || errno != EINVAL; }

Status RefuseElevation() {
  if (getauxval(AT_SECURE) == 0) return Ok();
  return Error("refuses to run with more rights than its caller has", {},
               "it is installed setuid, setgid or with capabilities, and whoever calls it would "
               "use them on files and configs of their own choice; take them away (chmod ug-s, "
               "setcap -r) and let people call it with sudo, by a rule for one config, or in a "
               "user namespace");
}

Status OpenStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number, which is fd.
    if (open("/dev/null", O_RDWR) < 0) return Error(errno, "open", "/dev/null");
  }
  return Ok();
}

Status CloseAllBut(std::vector<int> kept, int first) {
  std::sort(kept.begin(), kept.end());
  kept.push_back(INT_MAX);  // no descriptor has it: the end of the last range
  for (const int fd : kept) {
    if (fd < first) continue;
    if (fd > first && syscall(SYS_close_range, first, fd - 1, 0U) != 0) {
      return Error(errno, "close_range()");
    }
    if (fd != INT_MAX) first = fd + 1;
  }
  return Ok();
}

Status SetHostname(const std::string& name) {
  if (sethostname(name.data(), name.size()) != 0) return Error(errno, "set the host name", name);
  return Ok();
}

Status SetDomainname(const std::string& name) {
  if (setdomainname(name.data(), name.size()) != 0)
    return Error(errno, "set the domain name", name);
  return Ok();
}

}  // namespace slipway::sys
