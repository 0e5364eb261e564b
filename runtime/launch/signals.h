// Signals that concern a container: blocked while it runs, read one by one, and passed on.

#ifndef SLIPWAY_RUNTIME_LAUNCH_SIGNALS_H_
#define SLIPWAY_RUNTIME_LAUNCH_SIGNALS_H_

#include <signal.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// What a process raises by a fault of its own.
inline constexpr std::array kFaults = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};

// Blocks, as long as it lives, every signal that can be passed on, and SIGCHLD. kFaults
// stay unblocked; see CommandWatch of guard.h.
class BlockedSignals {
 public:
  BlockedSignals();
  ~BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

  const sigset_t& set() const { return blocked_; }
  const sigset_t& before() const { return before_; }  // the mask that the command gets

  // Throws away those that have come and were not read.
  void Discard() const;

  // The command gets `signal` blocked.
  void KeepBlocked(int signal) { sigaddset(&before_, signal); }

 private:
  sigset_t blocked_;
  sigset_t before_;
};

struct SignalEvent {
  int signal = 0;
  bool from_kernel = false;  // as from the terminal's driver, to a whole process group
};

// Reads blocked signals: signalfd(2).
class SignalSource {
 public:
  static Result<SignalSource> Make(const BlockedSignals& signals);

  // Waits for the next one.
  Result<SignalEvent> Next() const;
  // The same, for no longer than `timeout`; nullopt: none has come, or one that is not ours.
  std::optional<SignalEvent> NextWithin(std::chrono::nanoseconds timeout) const;

  int fd() const { return fd_.get(); }

 private:
  SignalSource(sys::Fd fd, const sigset_t& set) : fd_(std::move(fd)), set_(set) {}

  sys::Fd fd_;
  sigset_t set_;
};

// Did the kernel send it, as the terminal's driver does to a whole process group? From si_code of
// sigaction(2).
inline bool IsFromKernel(int si_code) { return si_code == SI_KERNEL; }

// SIGTSTP, SIGTTIN, SIGTTOU: they stop a process that does not care for them.
bool IsStopSignal(int signal);

// Does the default action of signal(7) end a process?
bool EndsByDefault(int signal);

// Would `signal` meet its default action in the process `pid` (not blocked, ignored or caught)?
// From /proc/pid/status, proc(5); false when the process has gone.
bool MeetsDefaultAction(pid_t pid, int signal);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_SIGNALS_H_
