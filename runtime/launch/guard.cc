#include "runtime/launch/guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "runtime/launch/hook_names.h"
#include "runtime/launch/watch.h"

namespace slipway::launch {
namespace {

constexpr size_t kStackSize = size_t{1} << 16;  // of the handlers; the hook's may be used up

alignas(16) char handler_stack[kStackSize];

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

void StartTicks() {
  const sigset_t tick = TickOnly();
  sigprocmask(SIG_UNBLOCK, &tick, nullptr);
  SetTimer(kTick);
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

void Begin(const char* stage, const char* hook) {
  watch.hook = hook;
  watch.stage = stage;
  watch.sequence = watch.sequence + 1;
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
  watch.patience_ns = std::chrono::nanoseconds(patience).count();
  const stack_t stack{.ss_sp = handler_stack, .ss_flags = 0, .ss_size = kStackSize};
  sigaltstack(&stack, nullptr);
  for (size_t i = 0; i < kCrashes.size(); ++i) {
    Handle(kCrashes[i], OnCrash, 0, &watch.crash_before[i]);
  }
  Handle(SIGALRM, OnTick, SA_RESTART, &watch.tick_before);
  // An inherited "ignore" would let the kernel reap children behind our back; waitpid(2).
  struct sigaction reap {};
  reap.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &reap, &watch.child_before);
  const sigset_t tick = TickOnly();
  sigprocmask(SIG_UNBLOCK, &tick, &watch.mask_before);
  watch.guarded = true;
  SetTimer(kTick);
}

Guard::~Guard() {
  SetTimer(0);
  watch = {};
}

void Guard::End() {
  SetTimer(0);
  for (size_t i = 0; i < kCrashes.size(); ++i) {
    sigaction(kCrashes[i], &watch.crash_before[i], nullptr);
  }
  signal(SIGALRM, SIG_IGN);  // what is pending goes too: it would end the process; signal(7)
  sigaction(SIGALRM, &watch.tick_before, nullptr);
  sigaction(SIGCHLD, &watch.child_before, nullptr);
  sigprocmask(SIG_SETMASK, &watch.mask_before, nullptr);
  watch = {};
}

bool Guard::TickWasBlocked() const { return sigismember(&watch.mask_before, SIGALRM) == 1; }

void Guard::LetChildLiveOn() { watch.outlived = true; }

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

void Guard::SetEndLines(int journal_fd, std::vector<std::string> lines) {
  end_lines_ = std::move(lines);
  struct stat about {};
  watch.end_fd = fstat(journal_fd, &about) == 0 ? journal_fd : -1;
  watch.end_device = about.st_dev;
  watch.end_inode = about.st_ino;
  watch.end_lines = end_lines_.data();
  watch.end_line_count = end_lines_.size();
}

void Guard::SetOutcome(int exit_status) {
  watch.child_pidfd = -1;
  watch.has_outcome = true;
  watch.exit_status = exit_status;
}

void Guard::Release() {
  watch.undo = nullptr;
  watch.then = nullptr;
  watch.lock_fd = -1;
  watch.records_left = kAllRecords;
}

void Guard::Pause() {
  SetTimer(0);
  const sigset_t tick = TickOnly();
  sigprocmask(SIG_BLOCK, &tick, nullptr);
}

void Guard::Resume() { StartTicks(); }

void Guard::LeaveInChild() {
  watch.guarded = false;
  watch.pid = getpid();
  RestoreIgnored();
}

void Guard::LeaveToCommand() {
  RestoreIgnored();
  // Not before: who waits for children, as hooks and an init do, needs it.
  if (watch.child_before.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_IGN);
}

void Guard::LendToSharingChild() {
  // What ticks here meanwhile would be taken for the child's.
  Pause();
  // Where there is none, only the child sees what interrupts it.
  proc_ = sys::Fd(open("/proc", O_PATH | O_CLOEXEC));
  watch.proc_fd = proc_.get();
  constexpr std::string_view kStatus = "/status";
  char* end = std::to_chars(watch.host_status, watch.host_status + 16, watch.pid).ptr;
  std::memcpy(end, kStatus.data(), kStatus.size() + 1);
  watch.host_pid = watch.pid;
  watch.lent = true;
}

void Guard::TakeBack() {
  watch.lent = false;
  watch.pid = watch.host_pid;
  watch.stage = nullptr;
  watch.proc_fd = -1;
  proc_.Close();
}

void Guard::BeginHooksOfSharingChild() {
  watch.pid = getpid();
  StartTicks();
}

void Guard::EndHooksOfSharingChild() {
  SetTimer(0);
  LeaveToCommand();
}

int Guard::ProcOfSharingChild() { return watch.proc_fd; }

Guard::Verdict Guard::VerdictOnSharingChild() {
  return {.too_long = watch.child_too_long,
          .interrupted_by = watch.child_interrupted_by,
          .out_of_stack = watch.child_out_of_stack,
          .crashed_by = watch.child_crashed_by};
}

void Guard::GiveUp(const std::string& line, int exit_status) {
  Say(line);
  launch::GiveUp(exit_status);
}

HookWatch::HookWatch(const char* stage, const char* hook) { Begin(stage, hook); }

HookWatch::~HookWatch() {
  if (watch.pid != 0 && getpid() != watch.pid) _exit(kRuntimeFailed);
  watch.stage = nullptr;
}

DestructorWatch::DestructorWatch(const char* stage) { Begin(stage, kDestroy); }

DestructorWatch::~DestructorWatch() { watch.stage = nullptr; }

CommandWatch::CommandWatch() { watch.running = true; }

CommandWatch::~CommandWatch() { watch.running = false; }

int CommandWatch::TakeSent() {
  for (size_t i = 0; i < kCrashes.size(); ++i) {
    const uint32_t bit = 1U << i;
    if (__atomic_fetch_and(&watch.sent, ~bit, __ATOMIC_RELAXED) & bit) return kCrashes[i];
  }
  return 0;
}

void CommandWatch::Warn(const std::string& line) { Say("warning: " + line); }

void CommandWatch::Leave(int exit_status) {
  watch.outlived = true;
  launch::GiveUp(exit_status);
}

void HookWatch::SetRecordsLeft(size_t count) { watch.records_left = count; }

}  // namespace slipway::launch
