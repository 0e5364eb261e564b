#include "runtime/launch/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <span>
#include <utility>

#include "runtime/launch/exit_status.h"
#include "runtime/launch/guard.h"
#include "runtime/sys/lingering.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr std::chrono::seconds kPatience{2};   // once it is known to end
constexpr std::chrono::seconds kLookAfter{5};  // whether it ends, of which no signal tells

// As far as can be known: an init tells of a signal by its own exit status, as a shell does.
bool EndedBySignal(const Container& container) {
  const int status = container.wait_status();
  const int signal = ExitStatusOf(status) - kSignalBase;
  return WIFSIGNALED(status) || (container.has_init() && signal > 0 && signal <= SIGRTMAX);
}

}  // namespace

Result<int> Supervisor::Run(const std::vector<SignalEvent>& early) {
  const CommandWatch command_runs;
  for (const SignalEvent& event : early) PassOn(event);
  while (true) {
    while (const int sent = CommandWatch::TakeSent())
      PassOn({.signal = sent, .from_kernel = false});
    ASSIGN_OR_RETURN(const Container::State state, container_.Poll());
    if (state == Container::State::kEnded) break;
    if (state == Container::State::kStopped) {
      OnStopOfContainer();
      continue;
    }
    if (countdown_.runs()) LookAtTime();
    RETURN_IF_ERROR(AwaitEvent());
  }
  if (relay_ != nullptr) relay_->Finish(signals_, timed_out_);
  terminal_.Restore();
  signaled_ = ended_by_ || EndedBySignal(container_);
  return ExitStatusFor(container_.wait_status());
}

int Supervisor::ExitStatusFor(int wait_status) const {
  if (timed_out_) return kTimedOut;
  return ended_by_ ? kSignalBase + *ended_by_ : ExitStatusOf(wait_status);
}

Status Supervisor::AwaitEvent() {
  std::chrono::nanoseconds timeout = kLookAfter;
  if (countdown_.runs()) timeout = countdown_.Left(Countdown::Clock::now(), kLookAfter);
  if (relay_ != nullptr || (caller_ >= 0 && !caller_ended_)) {
    ASSIGN_OR_RETURN(const bool goes_on, AwaitFiles(timeout));
    if (!goes_on) return Ok();
    timeout = std::chrono::nanoseconds(0);
  }
  const std::optional<SignalEvent> event = signals_.NextWithin(timeout);
  if (!event) {
    LookForEnding();
  } else if (event->signal != SIGCHLD) {
    PassOn(*event);
  }
  return Ok();
}

void Supervisor::LookAtTime() {
  switch (countdown_.Take(Countdown::Clock::now())) {
    case Countdown::Due::kStop:
      return TellTimeIsUp();
    case Countdown::Due::kKillAgain:
      LetGoOn();
      [[fallthrough]];
    case Countdown::Due::kKill:
      (void)sys::SendSignal(container_.pidfd(), SIGKILL).ok();
      break;
    case Countdown::Due::kNothing:
      break;
  }
}

void Supervisor::TellTimeIsUp() {
  // It has ended in time, but for a process that takes no SIGKILL.
  if (container_.is_pid_1() && sys::StatusOfEnding(container_.pid())) return countdown_.Stop();
  timed_out_ = true;
  Deliver({.signal = limit_.signal, .from_kernel = false});
  LetGoOn();
  // One that is stopped would take note of the signal only when somebody continues it.
  PassOn({.signal = SIGCONT, .from_kernel = false});
}

void Supervisor::LetGoOn() const {
  if (limit_.let_go_on) limit_.let_go_on();
}

Result<bool> Supervisor::AwaitFiles(std::chrono::nanoseconds timeout) {
  std::array<pollfd, 2 + Relay::kFiles> events{};
  events[0] = {.fd = signals_.fd(), .events = POLLIN, .revents = 0};
  events[1] = {.fd = caller_ended_ ? -1 : caller_, .events = POLLIN, .revents = 0};
  for (pollfd& event : std::span(events).subspan(2)) event.fd = -1;
  if (relay_ != nullptr) relay_->Await(&events[2]);
  const int count =
      poll(events.data(), events.size(),
           static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count()));
  if (count <= 0) return count == 0;
  // Nobody is left who could ask a second time.
  if (events[1].revents) {
    caller_ended_ = true;
    ended_by_ = SIGKILL;
    RETURN_IF_ERROR(sys::SendSignal(container_.pidfd(), SIGKILL));
    return false;
  }
  if (relay_ != nullptr && !relay_->Move(&events[2])) StopRelay(SIGTTIN);
  return events[0].revents != 0;
}

bool Supervisor::TakenByRelay(const SignalEvent& event) {
  if (relay_ == nullptr) return false;
  if (event.signal == SIGCONT) relay_->Resume();
  if (event.signal == SIGWINCH) relay_->Resize();
  if (IsStopSignal(event.signal)) StopRelay(event.signal);
  return event.signal == SIGWINCH || IsStopSignal(event.signal);
}

void Supervisor::StopRelay(int signal) {
  relay_->Pause();
  if (!StopSelf(signal) && signal == SIGTTIN) relay_->CloseInput();
  relay_->Resume();
}

bool Supervisor::InOurProcessGroup() const { return getpgid(container_.pid()) == getpgrp(); }

bool Supervisor::DropsSignal(int signal) const {
  return container_.is_pid_1() && !container_.has_init() &&
         MeetsDefaultAction(container_.pid(), signal);
}

bool Supervisor::HurriesEnd(const SignalEvent& event) {
  if (!container_.is_pid_1() || !EndsByDefault(event.signal)) return false;
  const std::optional<int> status = sys::StatusOfEnding(container_.pid());
  if (!status) return false;
  if (told_of_waiting_) {
    terminal_.Restore();
    CommandWatch::Leave(ExitStatusFor(*status));
  }
  const auto ended = sys::AwaitExit(container_.pidfd(), kPatience);
  if (ended.ok() && *ended) return true;
  WarnOfLingering();
  return true;
}

void Supervisor::LookForEnding() {
  if (told_of_waiting_ || !container_.is_pid_1()) return;
  if (!sys::StatusOfEnding(container_.pid())) return;
  const auto ended = sys::AwaitExit(container_.pidfd(), kPatience);
  if (ended.ok() && !*ended) WarnOfLingering();
}

void Supervisor::WarnOfLingering() {
  told_of_waiting_ = true;
  CommandWatch::Warn("the container has ended, but for " + sys::WhatKeepsIt(container_.pid()) +
                     " (the next signal leaves it to runtime gc)");
}

void Supervisor::PassOn(const SignalEvent& event) {
  if (!TakenByRelay(event) && !HurriesEnd(event)) Deliver(event);
}

void Supervisor::Deliver(const SignalEvent& event) {
  // Asked before the signal is sent: a handler may be gone a moment later.
  const bool dropped = DropsSignal(event.signal);
  const bool there_already = event.from_kernel && InOurProcessGroup();
  if (event.signal == SIGCONT) stopping_.reset();
  if (!there_already) (void)sys::SendSignal(container_.pidfd(), event.signal).ok();

  if (IsStopSignal(event.signal) && (dropped || container_.has_init())) {
    stopping_ = event;
    (void)sys::SendSignal(container_.pidfd(), SIGSTOP).ok();
  } else if (dropped && EndsByDefault(event.signal) && !container_.HasEnded()) {
    ended_by_ = event.signal;
    (void)sys::SendSignal(container_.pidfd(), SIGKILL).ok();
  }
}

void Supervisor::OnStopOfContainer() {
  const std::optional<SignalEvent> passed_on = std::exchange(stopping_, std::nullopt);
  const int by = container_.stop_signal();
  if (IsStopSignal(by)) {
    StopWithContainer(by);
  } else if (by == SIGSTOP && passed_on) {
    // What the terminal sends stops no process that nobody could continue.
    if (!StopWithContainer(passed_on->signal) && passed_on->from_kernel) {
      (void)sys::SendSignal(container_.pidfd(), SIGCONT).ok();
    }
  }
}

// `fg` or SIGCONT lets both go on, the container in the foreground if it was there.
bool Supervisor::StopWithContainer(int signal) {
  if (relay_ != nullptr || !terminal_.exists()) return false;
  const pid_t group = getpgid(container_.pid());
  const bool held_foreground = group != getpgrp() && terminal_.Foreground() == group;
  if (held_foreground) terminal_.SetForeground(getpgrp());
  const bool stopped = StopSelf(signal);
  if (held_foreground && terminal_.Foreground() == getpgrp()) terminal_.SetForeground(group);
  if (!stopped) return false;
  (void)sys::SendSignal(container_.pidfd(), SIGCONT).ok();
  if (group > 0 && group != getpgrp()) kill(-group, SIGCONT);
  return true;
}

// The kernel alone knows whether the process group is orphaned: signal(7), setpgid(2). A SIGCONT
// that comes stays pending, because it is blocked, and the stop signal has thrown away older ones.
bool Supervisor::StopSelf(int signal) {
  struct sigaction by_default {};
  struct sigaction before {};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, &before);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, signal);
  raise(signal);
  sigprocmask(SIG_UNBLOCK, &stop, nullptr);  // stops here
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  sigaction(signal, &before, nullptr);
  sigset_t go_on;
  sigemptyset(&go_on);
  sigaddset(&go_on, SIGCONT);
  constexpr timespec kNow{};
  return sigtimedwait(&go_on, nullptr, &kNow) == SIGCONT;
}

}  // namespace slipway::launch
