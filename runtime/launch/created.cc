#include "runtime/launch/created.h"

#include <poll.h>

#include <cerrno>
#include <iterator>
#include <utility>

#include "runtime/launch/channel.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/init.h"
#include "runtime/launch/patience.h"
#include "runtime/launch/start.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "start";

// A signal that has come and would have ended this process; 0: none.
Result<int> TakeEnding(const SignalSource& signals) {
  while (true) {
    pollfd event{.fd = signals.fd(), .events = POLLIN, .revents = 0};
    const int count = poll(&event, 1, 0);
    if (count < 0 && errno != EINTR) return Error(errno, "look for signals").In({}, kStep);
    if (count == 0) return 0;
    if (count < 0) continue;
    ASSIGN_OR_RETURN(const SignalEvent signal, signals.Next());
    if (EndsByDefault(signal.signal)) return signal.signal;
  }
}

}  // namespace

Result<int> LeaveWaiting(const std::function<Status(pid_t)>& told, const SignalSource& signals,
                         Container& container, Guard& guard, state::Journal& journal,
                         Outcome& outcome) {
  // What the terminal sent before the process had a session of its own has reached it too.
  ASSIGN_OR_RETURN(const int signal, TakeEnding(signals));
  if (signal != 0) return kSignalBase + signal;
  if (told) RETURN_IF_ERROR(told(container.pid()));
  Status written = journal.SetPhase(state::Phase::kCreated);
  if (!written.ok()) return KeepingState(std::move(written.error()));
  guard.SetChild(-1);
  guard.Resume();
  outcome.waiting = container.pid();
  container.LetGo();
  return 0;
}

Result<Started> AwaitStarted(sys::Fd connection, const SignalSource& signals,
                             const std::string& command, std::chrono::seconds patience) {
  const auto since = std::chrono::steady_clock::now();
  const Channel channel(std::move(connection));
  bool becomes = false;
  while (true) {
    pollfd events[] = {{.fd = channel.fd(), .events = POLLIN, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    const int count = poll(events, std::size(events), LeftOf(patience, since));
    if (count < 0) {
      if (errno == EINTR) continue;
      return Error(errno, "wait for the container's start").In({}, kStep);
    }
    if (count == 0) return Started{.too_late = true};
    if (events[0].revents) {
      ASSIGN_OR_RETURN(const std::optional<init::Answer> answer, channel.ReceiveAnswer());
      // Without an init the exec ends the connection.
      if (!answer && becomes) return Started{};
      if (!answer) {
        return Started{.refused =
                           Error("the container's first process ended before the command ran")};
      }
      becomes = answer->step == init::Step::kBecoming;
      if (becomes) continue;
      if (answer->step == init::Step::kRunning) return Started{};
      return Started{.refused = NotStarted(*answer, command)};
    }
    ASSIGN_OR_RETURN(const SignalEvent event, signals.Next());
    if (EndsByDefault(event.signal)) return Started{.interrupted = kSignalBase + event.signal};
  }
}

}  // namespace slipway::launch
