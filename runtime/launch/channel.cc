#include "runtime/launch/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace slipway::launch {
namespace {

constexpr const char* kStep = "channel";

bool IsKnown(MessageType type) {
  return type == MessageType::kRelease || type == MessageType::kReady ||
         type == MessageType::kFailed || type == MessageType::kLog;
}

bool IsKnown(const init::Answer& answer) {
  switch (answer.step) {
    case init::Step::kPrepare:
    case init::Step::kFork:
    case init::Step::kExec:
      return answer.errno_value > 0;
    case init::Step::kRunning:
    case init::Step::kWaiting:
      return answer.errno_value == 0;
  }
  return false;
}

}  // namespace

Result<std::pair<Channel, Channel>> Channel::Make() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
    return Error(errno, "make a channel to the container").In({}, "clone");
  }
  return std::pair{Channel(sys::Fd(fds[0])), Channel(sys::Fd(fds[1]))};
}

Status Channel::Send(MessageType type, const ErrorRecord& error, uint32_t level) const {
  const Message message{.type = type, .error = error, .answer = {}, .level = level};
  ssize_t size = 0;
  do {
    size = send(fd_.get(), &message, sizeof(message), MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return Error(errno, "speak to the container's first process").In({}, kStep);
  return Ok();
}

Result<std::optional<Message>> Channel::Receive() const {
  Message message;
  ssize_t size = 0;
  do {
    // MSG_TRUNC: the length of the packet, even when it is longer than the buffer.
    size = recv(fd_.get(), &message, sizeof(message), MSG_TRUNC);
    // A peer that dies with an unread message in its queue resets the connection, which is told
    // once and before its last words; unix(7).
  } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
  if (size == 0) return std::optional<Message>();
  if (size < 0) return Error(errno, "hear from the container's first process").In({}, kStep);
  if (size == sizeof(init::Answer)) {
    Message answer{.type = MessageType::kAnswered};
    std::memcpy(&answer.answer, &message, sizeof(answer.answer));
    if (IsKnown(answer.answer)) return std::optional<Message>(answer);
  }
  if (size != sizeof(message) || !IsKnown(message.type)) {
    return Error(EBADMSG, "read the runtime's channel to the container", {},
                 "something wrote " + std::to_string(size) +
                     " bytes into it; a bug of a stage: a hook writes only to what it has opened")
        .In({}, kStep);
  }
  message.error = EndTexts(message.error);
  return std::optional<Message>(message);
}

bool Channel::IsIntact() const {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(fd_.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

bool Channel::PeerIsGone() const {
  pollfd state{.fd = fd_.get(), .events = 0, .revents = 0};
  return poll(&state, 1, 0) > 0 && (state.revents & POLLHUP);
}

}  // namespace slipway::launch
