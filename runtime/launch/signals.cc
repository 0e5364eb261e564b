#include "runtime/launch/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "runtime/sys/file.h"

namespace slipway::launch {
namespace {

uint64_t MaskOf(std::string_view status, std::string_view field) {
  const size_t start = status.find(field);
  if (start == std::string_view::npos) return 0;
  std::string_view digits = status.substr(start + field.size());
  digits.remove_prefix(digits.find_first_not_of("\t "));
  uint64_t mask = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), mask, 16);
  return mask;
}

}  // namespace

BlockedSignals::BlockedSignals() {
  sigfillset(&blocked_);
  for (const int signal : kFaults) sigdelset(&blocked_, signal);
  sigprocmask(SIG_BLOCK, &blocked_, &before_);
}

BlockedSignals::~BlockedSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

void BlockedSignals::Discard() const {
  sigset_t ours;
  sigemptyset(&ours);
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&blocked_, signal) == 1 && sigismember(&before_, signal) == 0) {
      sigaddset(&ours, signal);
    }
  }
  constexpr timespec kNow{};
  while (sigtimedwait(&ours, nullptr, &kNow) > 0) {
  }
}

Result<SignalSource> SignalSource::Make(const BlockedSignals& signals) {
  sys::Fd fd(signalfd(-1, &signals.set(), SFD_CLOEXEC));
  if (!fd.valid()) return Error(errno, "make a descriptor for signals").In({}, "launch");
  return SignalSource(std::move(fd), signals.set());
}

Result<SignalEvent> SignalSource::Next() const {
  signalfd_siginfo info{};
  ssize_t size = 0;
  do {
    size = read(fd_.get(), &info, sizeof(info));
  } while (size < 0 && errno == EINTR);
  if (size != sizeof(info)) return Error(errno, "read signals").In({}, "launch");
  return SignalEvent{static_cast<int>(info.ssi_signo), IsFromKernel(info.ssi_code)};
}

std::optional<SignalEvent> SignalSource::NextWithin(std::chrono::nanoseconds timeout) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  const timespec patience{.tv_sec = seconds.count(), .tv_nsec = (timeout - seconds).count()};
  siginfo_t info{};
  const int signal = sigtimedwait(&set_, &info, &patience);
  if (signal < 0) return std::nullopt;
  return SignalEvent{signal, IsFromKernel(info.si_code)};
}

bool IsStopSignal(int signal) {
  return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

bool EndsByDefault(int signal) {
  switch (signal) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
      return false;
    default:
      return !IsStopSignal(signal) && signal != SIGSTOP;
  }
}

bool MeetsDefaultAction(pid_t pid, int signal) {
  auto status = sys::ReadFile("/proc/" + std::to_string(pid) + "/status");
  if (!status.ok()) return false;
  const uint64_t special =
      MaskOf(*status, "SigBlk:") | MaskOf(*status, "SigIgn:") | MaskOf(*status, "SigCgt:");
  return (special & (uint64_t{1} << (signal - 1))) == 0;
}

}  // namespace slipway::launch
