#include "runtime/launch/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>

#include "runtime/launch/hook_names.h"

// Of the C library: where the first thread's stack begins.
extern "C" void* __libc_stack_end;

namespace slipway::launch {
namespace {

constexpr const char* kSelf = "/proc/self/exe";
constexpr std::array kInterrupts = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr int kEndOfOthers = 10000;         // ms
constexpr int64_t kSecond = 1'000'000'000;  // ns

// One line, put together without memory from the heap, and written at once.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const size_t size = std::min(text.size(), sizeof(text_) - 1 - size_);
    std::memcpy(text_ + size_, text.data(), size);
    size_ += size;
    return *this;
  }
  Line& operator<<(long number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
    return *this << std::string_view(digits, static_cast<size_t>(end - digits));
  }
  ~Line() {
    text_[size_++] = '\n';
    (void)!write(STDERR_FILENO, text_, size_);
  }

 private:
  char text_[2048];
  size_t size_ = 0;
};

// In the line: the hook that is running, if one is.
struct WhichHook {};

Line& Begin(Line& line) {
  line << "runtime: " << (watch.has_outcome ? "warning: " : "");
  if (watch.stage) line << watch.stage << ": ";
  return line;
}

Line& operator<<(Line& line, WhichHook) {
  if (watch.stage) line << " " << WhereIn(watch.hook);
  return line;
}

// strsignal(3) may translate, and get memory for it.
const char* Name(int signal) {
  const char* name = sigdescr_np(signal);
  return name ? name : "unknown signal";
}

int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

// Did another process send it, as kill(1) does? abort(3) sends it too, but to itself; the sender's
// pid is 0 where its namespace is not ours. sigaction(2).
bool IsSent(const siginfo_t& info) { return info.si_code <= 0 && info.si_pid != getpid(); }

// Is what is sent to this process the command's?
bool PassesOn(pid_t self) {
  // While it has lent its memory, it starts the command.
  return watch.lent ? self == watch.host_pid : watch.running && self == watch.pid;
}

void LeaveToSupervisor(int signal) {
  for (size_t i = 0; i < kCrashes.size(); ++i) {
    if (kCrashes[i] == signal) __atomic_fetch_or(&watch.sent, 1U << i, __ATOMIC_RELAXED);
  }
  // It waits for signals that are blocked.
  kill(getpid(), SIGCHLD);
}

bool LivesOn() { return watch.running && watch.outlived; }

void EndChild() {
  if (watch.child_pidfd < 0) return;
  syscall(SYS_pidfd_send_signal, watch.child_pidfd, SIGKILL, nullptr, 0);
  siginfo_t info{};
  if (waitid(P_PIDFD, static_cast<id_t>(watch.child_pidfd), &info, WEXITED) == 0) return;
  // Another process's child.
  pollfd ended{.fd = watch.child_pidfd, .events = POLLIN, .revents = 0};
  poll(&ended, 1, kEndOfOthers);
}

// A hook may have closed the journal, and opened something else.
void WriteDownEnd(int exit_status) {
  const auto status = static_cast<size_t>(exit_status);
  struct stat about {};
  if (watch.end_fd < 0 || status >= watch.end_line_count || fstat(watch.end_fd, &about) != 0 ||
      about.st_dev != watch.end_device || about.st_ino != watch.end_inode) {
    return;
  }
  const std::string& line = watch.end_lines[status];
  (void)!write(watch.end_fd, line.data(), line.size());
}

void RunRuntime(char* const* argv) {
  if (!argv) return;
  const pid_t pid = _Fork();
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    // What a command prints must not get mixed up with what gc says; its errors go to stderr.
    const int null = open("/dev/null", O_WRONLY);
    if (null >= 0) dup2(null, STDOUT_FILENO);
    execve(kSelf, argv, environ);
    _exit(kRuntimeFailed);
  }
  while (pid > 0 && waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Of a child that shares its parent's memory, which then says what there is to say. Not by
// _exit(2): before that an instrumented build looks for the stack in a /proc, which the container
// may lack.
void EndSharingChild(int exit_status) { syscall(SYS_exit_group, exit_status); }

// A signal set as /proc/pid/status has it; proc(5).
uint64_t SetIn(std::string_view status, std::string_view field) {
  const size_t at = status.find(field);
  uint64_t set = 0;
  if (at == std::string_view::npos) return set;
  const char* digits = status.data() + at + field.size();
  std::from_chars(digits, status.data() + status.size(), set, 16);
  return set;
}

// What waits for the host, which itself waits for the child.
uint64_t PendingInHost() {
  char text[4096];
  const int file = openat(watch.proc_fd, watch.host_status, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = read(file, text, sizeof(text));
  close(file);
  if (size <= 0) return 0;
  const std::string_view status(text, static_cast<size_t>(size));
  return SetIn(status, "\nSigPnd:\t") | SetIn(status, "\nShdPnd:\t");
}

// A signal that is blocked and waits for the supervisor, which a hook keeps from its work.
int PendingInterrupt() {
  sigset_t pending;
  if (sigpending(&pending) != 0) return 0;
  const uint64_t in_host = watch.lent ? PendingInHost() : 0;
  for (int signal : kInterrupts) {
    if (sigismember(&pending, signal) == 1) return signal;
    if (in_host & (uint64_t{1} << (signal - 1))) return signal;
  }
  for (int signal : kCrashes) {
    if (in_host & (uint64_t{1} << (signal - 1))) return signal;
  }
  return 0;
}

// Did the fault hit just below a stack that may not grow to what every program counts on?
bool StackIsTooSmall(int signal, const siginfo_t& info) {
  constexpr rlim_t kSmall = rlim_t{256} << 10;
  struct rlimit limit {};
  if (signal != SIGSEGV || getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kSmall) {
    return false;
  }
  const auto bottom = reinterpret_cast<uintptr_t>(__libc_stack_end);
  const auto fault = reinterpret_cast<uintptr_t>(info.si_addr);
  return fault < bottom && bottom - fault < kSmall;
}

const char* Blame(int signal, const siginfo_t& info) {
  if (StackIsTooSmall(signal, info)) {
    return " (the limit of the stack, RLIMIT_STACK, is too low: raise it with ulimit -s)";
  }
  return watch.stage ? " (a bug of the stage)" : " (a bug of the runtime)";
}

void Interrupted(int signal) {
  Line line;
  Begin(line) << "interrupted" << WhichHook() << ": " << Name(signal);
}

}  // namespace

Watch watch;

void GiveUp(int exit_status) {
  const bool lives_on = LivesOn();
  watch.guarded = false;
  if (!lives_on) {
    EndChild();
    WriteDownEnd(exit_status);
  }
  struct flock unlock {};
  unlock.l_type = F_UNLCK;
  unlock.l_whence = SEEK_SET;
  if (watch.lock_fd >= 0) fcntl(watch.lock_fd, F_SETLK, &unlock);
  // From here on `runtime gc` sees to it, once it has ended.
  if (lives_on) _exit(exit_status);
  *std::to_chars(watch.records, watch.records + sizeof(watch.records) - 1, watch.records_left).ptr =
      '\0';
  RunRuntime(watch.undo);
  RunRuntime(watch.then);
  _exit(watch.has_outcome ? watch.exit_status : exit_status);
}

void OnCrash(int signal, siginfo_t* info, void*) {
  const pid_t self = getpid();
  const bool sent = IsSent(*info);
  if (watch.lent && self == watch.pid) {
    (sent ? watch.child_interrupted_by : watch.child_crashed_by) = signal;
    watch.child_out_of_stack = !sent && StackIsTooSmall(signal, *info);
    EndSharingChild(kRuntimeFailed);
  }
  if (sent && PassesOn(self)) {
    const int saved = errno;
    LeaveToSupervisor(signal);
    errno = saved;
    return;
  }
  if (!watch.guarded || self != watch.pid) {
    // Returning runs into the same fault again, or abort(3) goes on: now it ends the process.
    ::signal(signal, SIG_DFL);
    if (sent) kill(self, signal);
    return;
  }
  if (sent) {
    Interrupted(signal);
  } else {
    Line line;
    Begin(line) << "crashed" << WhichHook() << ": " << Name(signal) << Blame(signal, *info)
                << (LivesOn() ? "; the container lives on (--outlive-runtime)" : "");
  }
  GiveUp(sent ? kSignalBase + signal : kRuntimeFailed);
}

void OnTick(int, siginfo_t* info, void*) {
  // The timer's alone; what others send says nothing.
  if (info->si_code != SI_KERNEL) return;
  const int saved = errno;
  const bool same = watch.guarded && watch.stage && watch.seen == watch.sequence;
  const int64_t now = Now();
  watch.seen = watch.sequence;
  // A process that was stopped meanwhile had no time for its hook.
  watch.hook_ns =
      same ? watch.hook_ns + std::clamp<int64_t>(now - watch.ticked_ns, 0, kTick * kSecond) : 0;
  watch.ticked_ns = now;
  if (!same || getpid() != watch.pid) {
    errno = saved;
    return;
  }
  const int signal = PendingInterrupt();
  // A tick comes a little early or late.
  const bool too_long =
      watch.patience_ns != 0 && watch.hook_ns + kTick * kSecond / 2 >= watch.patience_ns;
  if (!signal && !too_long) {
    errno = saved;
    return;
  }
  if (watch.lent) {
    watch.child_interrupted_by = signal;
    watch.child_too_long = signal == 0;
    EndSharingChild(kRuntimeFailed);
  }
  if (signal) {
    Interrupted(signal);
  } else {
    Line line;
    Begin(line) << "hung" << WhichHook() << ": no end within " << watch.patience_ns / kSecond
                << " s (--hook-timeout sets how long a hook may take)";
  }
  GiveUp(signal ? kSignalBase + signal : kRuntimeFailed);
}

void OnExit(int status, void*) {
  if (!watch.guarded || !watch.stage || getpid() != watch.pid) return;
  // The objects that exit(3) destroys next are the parent's.
  if (watch.lent) EndSharingChild(status);
  {
    Line line;
    Begin(line) << "ended the runtime by exit(3)" << WhichHook() << " (a bug of the stage)";
  }
  GiveUp(kRuntimeFailed);
}

void Say(std::string_view text) { Line() << "runtime: " << text; }

}  // namespace slipway::launch
