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
    case init::Step::kFilter:
    case init::Step::kTerminal:
      return answer.errno_value > 0;
    case init::Step::kRunning:
    case init::Step::kWaiting:
    case init::Step::kBecoming:
    case init::Step::kEnded:
      return answer.errno_value == 0;
    case init::Step::kBorn:
    case init::Step::kProcfs:
      return answer.errno_value >= 0;
  }
  return false;
}

struct RequestPacket {
  uint32_t kind;
  uint32_t size;
  uint64_t stage;
  char bytes[SLIPWAY_MAX_MESSAGE];
};
static_assert(sizeof(RequestPacket) != sizeof(Message) &&
              sizeof(RequestPacket) != sizeof(init::Answer));

union Packet {
  Message message = {};
  RequestPacket request;
};

bool IsKnown(const RequestPacket& packet) {
  return packet.kind >= 1 && packet.kind <= 4 && packet.size <= sizeof(packet.bytes);
}

// Room for one descriptor; cmsg(3).
union Control {
  char room[CMSG_SPACE(sizeof(int))] = {};
  cmsghdr aligned;
};

sys::Fd FileIn(const msghdr& header) {
  // The macro takes a pointer to what it does not change.
  cmsghdr* const part = CMSG_FIRSTHDR(&header);
  if (part == nullptr || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
    return {};
  }
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(part), sizeof(fd));
  return sys::Fd(fd);
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

Result<std::optional<Message>> Channel::Receive(Request* request) const {
  Packet packet;
  iovec place{.iov_base = &packet, .iov_len = sizeof(packet)};
  Control control;
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  header.msg_control = &control;
  header.msg_controllen = CMSG_LEN(sizeof(int));  // the kernel drops what else would come
  ssize_t size = 0;
  do {
    // MSG_TRUNC: the length of the packet, even when it is longer than the buffer.
    size = recvmsg(fd_.get(), &header, MSG_TRUNC | MSG_CMSG_CLOEXEC);
    // A peer that dies with an unread message in its queue resets the connection, which is told
    // once and before its last words; unix(7).
  } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
  sys::Fd file = FileIn(header);
  if (size == 0) return std::optional<Message>();
  if (size < 0) return Error(errno, "hear from the container's first process").In({}, kStep);
  if (size == sizeof(init::Answer)) {
    Message answer{.type = MessageType::kAnswered};
    std::memcpy(&answer.answer, &packet, sizeof(answer.answer));
    if (IsKnown(answer.answer)) {
      if (request != nullptr) request->file = std::move(file);
      return std::optional<Message>(answer);
    }
  }
  if (size == sizeof(RequestPacket) && request != nullptr && IsKnown(packet.request)) {
    request->kind = static_cast<Request::Kind>(packet.request.kind);
    request->stage = packet.request.stage;
    request->bytes.assign(packet.request.bytes, packet.request.size);
    request->file = std::move(file);
    return std::optional<Message>(Message{.type = MessageType::kRequest});
  }
  if (size != sizeof(Message) || !IsKnown(packet.message.type)) {
    return Error(EBADMSG, "read the runtime's channel to the container", {},
                 "something wrote " + std::to_string(size) +
                     " bytes into it; a bug of a stage: a hook writes only to what it has opened")
        .In({}, kStep);
  }
  packet.message.error = EndTexts(packet.message.error);
  return std::optional<Message>(packet.message);
}

Result<std::optional<init::Answer>> Channel::ReceiveAnswer() const {
  auto message = Receive();
  if (!message.ok() && message.error()->errno_value != EBADMSG) return std::move(message).status();
  if (message.ok() && !*message) return std::optional<init::Answer>();
  if (message.ok() && (*message)->type == MessageType::kAnswered) {
    return std::optional((*message)->answer);
  }
  return Error(EBADMSG, "read the answer of the container's init", {},
               "something else was written into the runtime's channel: by a hook of a stage, or by "
               "a process of the container")
      .In({}, kStep);
}

Status Channel::SendRequest(Request::Kind kind, size_t stage, std::string_view bytes,
                            int file) const {
  if (bytes.size() > SLIPWAY_MAX_MESSAGE) {
    return Error(EMSGSIZE, "speak to the stage's other half").In({}, kStep);
  }
  RequestPacket packet{.kind = static_cast<uint32_t>(kind),
                       .size = static_cast<uint32_t>(bytes.size()),
                       .stage = stage,
                       .bytes = {}};
  bytes.copy(packet.bytes, bytes.size());
  iovec place{.iov_base = &packet, .iov_len = sizeof(packet)};
  Control control;
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  if (file >= 0) {
    header.msg_control = &control;
    header.msg_controllen = sizeof(control);
    cmsghdr* const part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(file));
    std::memcpy(CMSG_DATA(part), &file, sizeof(file));
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(fd_.get(), &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return Error(errno, "speak to the stage's other half").In({}, kStep);
  return Ok();
}

Result<Request> Channel::Ask(size_t stage, std::string_view bytes, int file) const {
  RETURN_IF_ERROR(SendRequest(Request::Kind::kAsked, stage, bytes, file));
  Request answer;
  ASSIGN_OR_RETURN(const std::optional<Message> message, Receive(&answer));
  if (!message) return Error("the runtime has ended").In({}, kStep);
  if (message->type != MessageType::kRequest) return Error(message->error);
  return answer;
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
