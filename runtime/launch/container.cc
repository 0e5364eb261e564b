#include "runtime/launch/container.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "runtime/launch/guard.h"
#include "runtime/sys/lingering.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

// For the end of a process that was killed. One that waits for a disk or a server may never end.
constexpr std::chrono::seconds kPatience{5};

// The status of waitpid(2), from what waitid(2) tells.
int WaitStatusOf(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : W_EXITCODE(0, info.si_status);
}

// waitid(2), with the fifth argument of the kernel's own, which the C library leaves out.
int WaitWithUsage(const sys::Fd& pidfd, siginfo_t& info, int options, struct rusage& usage) {
  return static_cast<int>(
      syscall(SYS_waitid, P_PIDFD, static_cast<id_t>(pidfd.get()), &info, options, &usage));
}

}  // namespace

Container::~Container() {
  if (!pidfd_.valid() || wait_status_) return;
  // By its pid, which is its own until it is reaped: a stage may have closed the pidfd.
  kill(pid_, SIGKILL);
  if (sys::Reap(pid_, kPatience)) return;
  CommandWatch::Warn(Error("the container's process still lives after SIGKILL",
                           std::to_string(pid_), sys::WhyItLives(pid_))
                         .ToString());
}

bool Container::is_pid_1() const { return plan_.namespaces & CLONE_NEWPID; }

Result<Container::State> Container::Poll() {
  if (wait_status_) return State::kEnded;
  siginfo_t info{};
  if (WaitWithUsage(pidfd_, info, WEXITED | WSTOPPED | WNOHANG, usage_) != 0) {
    return Error(errno, "wait for the container's first process", std::to_string(pid_));
  }
  if (info.si_pid == 0) return State::kRunning;
  if (info.si_code == CLD_STOPPED || info.si_code == CLD_TRAPPED) {
    stop_signal_ = info.si_status;
    return State::kStopped;
  }
  wait_status_ = WaitStatusOf(info);
  return State::kEnded;
}

bool Container::HasEnded() const {
  siginfo_t info{};
  return wait_status_ || (waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info,
                                 WEXITED | WNOHANG | WNOWAIT) == 0 &&
                          info.si_pid != 0);
}

void Container::Follow(sys::Cloned next) {
  pid_ = next.pid;
  pidfd_ = std::move(next.pidfd);
  wait_status_.reset();
}

Status Container::AwaitEnd() {
  if (wait_status_) return Ok();
  siginfo_t info{};
  int result = 0;
  do {
    result = WaitWithUsage(pidfd_, info, WEXITED, usage_);
  } while (result != 0 && errno == EINTR);
  if (result != 0)
    return Error(errno, "wait for the container's first process", std::to_string(pid_));
  wait_status_ = WaitStatusOf(info);
  return Ok();
}

}  // namespace slipway::launch
