#include "runtime/launch/await.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <iterator>

#include "runtime/launch/exit_status.h"
#include "runtime/launch/init.h"

namespace slipway::launch {

Result<std::optional<int>> AwaitCommand(Container& container, const Channel& channel,
                                        const SignalSource& signals, const std::string& path) {
  while (true) {
    pollfd events[] = {{.fd = channel.fd(), .events = POLLIN, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    if (poll(events, std::size(events), -1) < 0) {
      if (errno == EINTR) continue;
      return Error(errno, "wait for the container's start").In({}, "exec");
    }
    if (events[0].revents) {
      ASSIGN_OR_RETURN(const std::optional<Message> message, channel.Receive());
      if (!message) return std::optional<int>();
      if (message->type == MessageType::kNotStarted) return NotStarted(message->answer, path);
      return Error(message->error);
    }
    ASSIGN_OR_RETURN(const SignalEvent event, signals.Next());
    if (event.signal == SIGCHLD) {
      // Something else may hold the channel open, so that its end would never come.
      ASSIGN_OR_RETURN(const Container::State state, container.Poll());
      if (state == Container::State::kEnded) return std::optional<int>();
    } else if (EndsByDefault(event.signal)) {
      return std::optional<int>(kSignalBase + event.signal);
    }
  }
}

}  // namespace slipway::launch
