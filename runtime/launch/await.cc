#include "runtime/launch/await.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <iterator>

#include "runtime/launch/beside.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/init.h"
#include "runtime/sys/process.h"

namespace slipway::launch {

namespace {

constexpr std::chrono::seconds kEndAfterChannel{1};
constexpr int kAnswerAfterExec = 1000;  // ms

// Without an init that is the command's parent the exec ends the channel; such an init says so
// first.
Status WithoutAWord(const Setup& setup, Container& container) {
  if (!setup.init.answers()) return Ok();
  // The channel ends a moment before the process does.
  const auto ended = sys::AwaitExit(container.pidfd(), kEndAfterChannel);
  if (!ended.ok() || !*ended) {
    return Error("the container's init gave no answer").In({}, "init");
  }
  RETURN_IF_ERROR(container.AwaitEnd());
  return EndedEarly(setup, PastAllHooks(setup), container.wait_status());
}

Status Judge(const init::Answer& answer, const std::string& path, bool joins) {
  if (answer.step == init::Step::kRunning || answer.step == init::Step::kWaiting) return Ok();
  if (answer.step != init::Step::kBorn) return NotStarted(answer, path, joins);
  return answer.errno_value == 0 ? Ok() : Status(CannotBeBorn(answer.errno_value));
}

// The init answers a moment after the command has begun to run, which a signal may be meant for.
bool IsAboutToAnswer(const Setup& setup, const Channel& channel) {
  pollfd answer{.fd = channel.fd(), .events = POLLIN, .revents = 0};
  return setup.init.answers() && poll(&answer, 1, kAnswerAfterExec) > 0;
}

}  // namespace

bool HasMessage(const Channel& channel) {
  pollfd message{.fd = channel.fd(), .events = POLLIN, .revents = 0};
  return poll(&message, 1, 0) > 0;
}

Status AwaitCommand(const Setup& setup, Container& container, const Channel& channel,
                    const SignalSource& signals, const std::string& path, Began& began) {
  while (true) {
    pollfd events[] = {{.fd = channel.fd(), .events = POLLIN, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    if (poll(events, std::size(events), -1) < 0) {
      if (errno == EINTR) continue;
      return Error(errno, "wait for the container's start").In({}, "exec");
    }
    if (events[0].revents) {
      ASSIGN_OR_RETURN(const std::optional<init::Answer> answer, channel.ReceiveAnswer());
      if (!answer) return WithoutAWord(setup, container);
      began.pid = answer->pid;
      return Judge(*answer, path, setup.target != nullptr);
    }
    ASSIGN_OR_RETURN(const SignalEvent event, signals.Next());
    if (event.signal == SIGCHLD) {
      // Something else may hold the channel open, so that its end would never come.
      ASSIGN_OR_RETURN(const Container::State state, container.Poll());
      if (state == Container::State::kEnded && !HasMessage(channel)) {
        return WithoutAWord(setup, container);
      }
    } else if (EndsByDefault(event.signal) && !IsAboutToAnswer(setup, channel)) {
      return Interrupted(setup, PastAllHooks(setup), event.signal);
    } else {
      began.early.push_back(event);
    }
  }
}

}  // namespace slipway::launch
