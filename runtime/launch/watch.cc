#include "runtime/launch/watch.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "runtime/launch/hook_names.h"

// Of the C library: where the first thread's stack begins.
extern "C" void* __libc_stack_end;

namespace slipway::launch {
namespace {

constexpr const char* kSelf = "/proc/self/exe";
constexpr std::array kInterrupts = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

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

void EndChild() {
  if (watch.child_pidfd < 0) return;
  syscall(SYS_pidfd_send_signal, watch.child_pidfd, SIGKILL, nullptr, 0);
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(watch.child_pidfd), &info, WEXITED);
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

}  // namespace

Watch watch;

void GiveUp(int exit_status) {
  watch.guarded = false;
  EndChild();
  struct flock unlock {};
  unlock.l_type = F_UNLCK;
  unlock.l_whence = SEEK_SET;
  if (watch.lock_fd >= 0) fcntl(watch.lock_fd, F_SETLK, &unlock);
  *std::to_chars(watch.records, watch.records + sizeof(watch.records) - 1, watch.records_left).ptr =
      '\0';
  RunRuntime(watch.undo);
  RunRuntime(watch.then);
  _exit(watch.has_outcome ? watch.exit_status : exit_status);
}

void OnCrash(int signal, siginfo_t* info, void*) {
  if (watch.lent && getpid() == watch.pid) {
    watch.child_crashed_by = signal;
    EndSharingChild(kRuntimeFailed);
  }
  if (!watch.guarded || getpid() != watch.pid) {
    // Returning runs into the same fault again, or abort(3) goes on: now it ends the process.
    ::signal(signal, SIG_DFL);
    return;
  }
  {
    Line line;
    Begin(line) << "crashed" << WhichHook() << ": " << strsignal(signal) << Blame(signal, *info);
  }
  GiveUp(kRuntimeFailed);
}

void OnTick(int, siginfo_t*, void*) {
  const int saved = errno;
  const bool same = watch.guarded && watch.stage && watch.seen == watch.sequence;
  watch.seen = watch.sequence;
  watch.ticks = same ? watch.ticks + 1 : 0;
  if (!same || getpid() != watch.pid) {
    errno = saved;
    return;
  }
  const int signal = PendingInterrupt();
  if (!signal && !(watch.patience && watch.ticks >= watch.patience)) {
    errno = saved;
    return;
  }
  if (watch.lent) {
    watch.child_interrupted_by = signal;
    watch.child_too_long = signal == 0;
    EndSharingChild(kRuntimeFailed);
  }
  if (signal) {
    Line line;
    Begin(line) << "interrupted" << WhichHook() << ": " << strsignal(signal);
  } else {
    Line line;
    Begin(line) << "hung" << WhichHook() << ": no end within " << watch.patience * kTick
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
