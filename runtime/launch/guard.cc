// signal-safety(7): the handlers call only what is named there, and system calls. _Fork(3).

#include "runtime/launch/guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>

#include "runtime/launch/exit_status.h"

namespace slipway::launch {
namespace {

constexpr int kTick = 1;                        // second
constexpr size_t kStackSize = size_t{1} << 16;  // of the handlers; the hook's may be used up
constexpr const char* kSelf = "/proc/self/exe";
constexpr size_t kAll = std::numeric_limits<uint32_t>::max();

constexpr std::array kCrashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
constexpr std::array kInterrupts = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// All that a handler may look at.
struct Watch {
  pid_t pid = 0;  // 0: nobody watches
  bool guarded = false;
  const char* volatile stage = nullptr;
  const char* volatile hook = nullptr;
  volatile unsigned sequence = 0;  // counts the beginnings of hooks
  unsigned seen = 0;               // the last tick's sequence
  long ticks = 0;                  // how many ticks the same hook has been seen
  long patience = 0;               // in ticks; 0: for ever
  size_t records_left = kAll;
  int lock_fd = -1;
  int child_pidfd = -1;
  bool has_outcome = false;
  int exit_status = kRuntimeFailed;
  char* const* undo = nullptr;
  char* const* then = nullptr;
  char records[24] = {};
  std::array<struct sigaction, kCrashes.size()> crash_before = {};
  struct sigaction tick_before = {};
  sigset_t mask_before = {};
  // While a child that shares this memory runs.
  bool lent = false;
  int proc_fd = -1;             // of the host's /proc
  char host_status[32] = {};    // in there: PID/status of the host
  bool child_too_long = false;  // why the child ended itself
  int child_interrupted_by = 0;
  int child_crashed_by = 0;
};

Watch watch;
alignas(16) char handler_stack[kStackSize];

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

Line& Begin(Line& line) {
  line << "runtime: " << (watch.has_outcome ? "warning: " : "");
  if (watch.stage) line << watch.stage << ": " << watch.hook << ": ";
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

[[noreturn]] void GiveUp(int exit_status) {
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

// Of a child that shares its parent's memory, which then says what there is to say. Not by
// _exit(2): before that an instrumented build looks for the stack in a /proc, which the container
// may lack.
void EndSharingChild(int exit_status) { syscall(SYS_exit_group, exit_status); }

void OnCrash(int signal, siginfo_t*, void*) {
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
    Begin(line) << "crashed: " << strsignal(signal)
                << (watch.stage ? " (a bug of the stage)" : " (a bug of the runtime)");
  }
  GiveUp(kRuntimeFailed);
}

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
    Begin(line) << "interrupted: " << strsignal(signal);
  } else {
    Line line;
    Begin(line) << "did not end within " << watch.patience * kTick
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
    Begin(line) << "ended the runtime by exit(3) (a bug of the stage)";
  }
  GiveUp(kRuntimeFailed);
}

void SetTimer(int seconds) {
  itimerval timer{};
  timer.it_interval.tv_sec = seconds;
  timer.it_value.tv_sec = seconds;
  setitimer(ITIMER_REAL, &timer, nullptr);
}

sigset_t TickOnly() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  return set;
}

void Handle(int signal, void (*handler)(int, siginfo_t*, void*), int flags,
            struct sigaction* before) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, before);
}

// exec(2) would make a default of what the caller wanted ignored.
void RestoreIgnored() {
  for (size_t i = 0; i < kCrashes.size(); ++i) {
    if (watch.crash_before[i].sa_handler == SIG_IGN) signal(kCrashes[i], SIG_IGN);
  }
  if (watch.tick_before.sa_handler == SIG_IGN) signal(SIGALRM, SIG_IGN);
}

void RegisterOnExit() {
  static const bool registered = on_exit(OnExit, nullptr) == 0;
  (void)registered;
}

}  // namespace

Guard::Guard(std::chrono::seconds patience) {
  RegisterOnExit();
  watch = {};
  watch.pid = getpid();
  watch.patience = static_cast<long>(patience.count()) / kTick;
  const stack_t stack{.ss_sp = handler_stack, .ss_flags = 0, .ss_size = kStackSize};
  sigaltstack(&stack, nullptr);
  for (size_t i = 0; i < kCrashes.size(); ++i) {
    Handle(kCrashes[i], OnCrash, 0, &watch.crash_before[i]);
  }
  Handle(SIGALRM, OnTick, SA_RESTART, &watch.tick_before);
  const sigset_t tick = TickOnly();
  sigprocmask(SIG_UNBLOCK, &tick, &watch.mask_before);
  watch.guarded = true;
  SetTimer(kTick);
}

Guard::~Guard() {
  SetTimer(0);
  watch = {};
}

bool Guard::TickWasBlocked() const { return sigismember(&watch.mask_before, SIGALRM) == 1; }

void Guard::Protect(Rescue rescue) {
  Release();
  words_ = std::move(rescue.undo);
  const size_t undo_words = words_.size();
  words_.insert(words_.end(), rescue.then.begin(), rescue.then.end());
  static char name[] = "runtime";
  static char records[] = "--records";
  undo_ = {name};
  for (size_t i = 0; i < undo_words; ++i) undo_.push_back(words_[i].data());
  undo_.insert(undo_.end(), {records, watch.records, nullptr});
  then_ = {name};
  for (size_t i = undo_words; i < words_.size(); ++i) then_.push_back(words_[i].data());
  then_.push_back(nullptr);
  watch.undo = undo_.data();
  watch.then = rescue.then.empty() ? nullptr : then_.data();
  watch.lock_fd = rescue.lock_fd;
}

void Guard::SetChild(int pidfd) { watch.child_pidfd = pidfd; }

void Guard::SetOutcome(int exit_status) {
  watch.child_pidfd = -1;
  watch.has_outcome = true;
  watch.exit_status = exit_status;
}

void Guard::Release() {
  watch.undo = nullptr;
  watch.then = nullptr;
  watch.lock_fd = -1;
  watch.records_left = kAll;
}

void Guard::Pause() {
  SetTimer(0);
  const sigset_t tick = TickOnly();
  sigprocmask(SIG_BLOCK, &tick, nullptr);
}

void Guard::Resume() {
  const sigset_t tick = TickOnly();
  sigprocmask(SIG_UNBLOCK, &tick, nullptr);
  SetTimer(kTick);
}

void Guard::LeaveInChild() {
  watch.guarded = false;
  watch.pid = getpid();
  RestoreIgnored();
}

void Guard::LendToSharingChild() {
  // Where there is none, only the child sees what interrupts it.
  proc_ = sys::Fd(open("/proc", O_PATH | O_CLOEXEC));
  watch.proc_fd = proc_.get();
  constexpr std::string_view kStatus = "/status";
  char* end = std::to_chars(watch.host_status, watch.host_status + 16, watch.pid).ptr;
  std::memcpy(end, kStatus.data(), kStatus.size() + 1);
  host_pid_ = watch.pid;
  watch.lent = true;
}

void Guard::TakeBack() {
  watch.lent = false;
  watch.pid = host_pid_;
  watch.stage = nullptr;
  watch.proc_fd = -1;
  proc_.Close();
}

void Guard::BeginHooksOfSharingChild() {
  watch.pid = getpid();
  SetTimer(kTick);
}

void Guard::EndHooksOfSharingChild() {
  SetTimer(0);
  RestoreIgnored();
}

Guard::Verdict Guard::VerdictOnSharingChild() {
  return {.too_long = watch.child_too_long,
          .interrupted_by = watch.child_interrupted_by,
          .crashed_by = watch.child_crashed_by};
}

void Guard::GiveUp(const std::string& line, int exit_status) {
  Line() << "runtime: " << line;
  launch::GiveUp(exit_status);
}

HookWatch::HookWatch(const char* stage, const char* hook) {
  watch.hook = hook;
  watch.stage = stage;
  watch.sequence = watch.sequence + 1;
}

HookWatch::~HookWatch() {
  if (watch.pid != 0 && getpid() != watch.pid) _exit(kRuntimeFailed);
  watch.stage = nullptr;
}

void HookWatch::SetRecordsLeft(size_t count) { watch.records_left = count; }

}  // namespace slipway::launch
