#include "plugins/network/netlink.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace slipway::network {

namespace {

constexpr size_t kPacket = 32768;  // what the kernel fills at most: NLMSG_GOODSIZE, and more

template <typename T>
T Read(std::string_view bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(value)));
  return value;
}

// Cuts the next thing off `bytes`, which says its own size: `size` bytes, and what aligns it.
std::string_view Cut(std::string_view& bytes, size_t size) {
  const std::string_view cut = bytes.substr(0, size);
  bytes.remove_prefix(std::min(bytes.size(), static_cast<size_t>(NLMSG_ALIGN(size))));
  return cut;
}

// Behind the error's number comes the request's header, with NLM_F_CAPPED without its content.
void ReadError(const nlmsghdr& header, std::string_view content, Answer& answer) {
  const auto error = Read<nlmsgerr>(content);
  answer.cause = -error.error;
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0 || content.size() < sizeof(error)) return;
  size_t behind = sizeof(error);
  if ((header.nlmsg_flags & NLM_F_CAPPED) == 0) {
    behind = sizeof(error.error) + NLMSG_ALIGN(std::min<size_t>(error.msg.nlmsg_len, kPacket));
  }
  if (behind > content.size()) return;
  if (const auto words = FindAttribute(content.substr(behind), NLMSGERR_ATTR_MSG)) {
    answer.words = TextOf(*words);
  }
}

}  // namespace

Request::Request(uint16_t type, uint16_t flags, std::string_view fixed) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = flags | NLM_F_REQUEST | NLM_F_ACK;
  bytes_.append(BytesOf(header)).append(fixed);
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

Request& Request::Add(uint16_t type, std::string_view bytes) {
  const rtattr attribute{static_cast<uint16_t>(sizeof(rtattr) + bytes.size()), type};
  bytes_.append(BytesOf(attribute)).append(bytes);
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  return *this;
}

Request& Request::AddText(uint16_t type, const std::string& text) {
  return Add(type, {text.c_str(), text.size() + 1});
}

Request& Request::Begin(uint16_t type, std::string_view fixed) {
  open_.push_back(bytes_.size());
  return Add(type, fixed);
}

Request& Request::End() {
  const size_t at = open_.back();
  open_.pop_back();
  const auto size = static_cast<uint16_t>(bytes_.size() - at);
  std::memcpy(&bytes_[at], &size, sizeof(size));
  return *this;
}

std::string Request::Finish(uint32_t number) const {
  std::string message = bytes_;
  auto header = Read<nlmsghdr>(message);
  header.nlmsg_len = static_cast<uint32_t>(message.size());
  header.nlmsg_seq = number;
  std::memcpy(message.data(), &header, sizeof(header));
  return message;
}

bool ReadAnswer(std::string_view packet, uint32_t number, Answer& answer) {
  while (packet.size() >= sizeof(nlmsghdr)) {
    const auto header = Read<nlmsghdr>(packet);
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > packet.size()) break;
    const std::string_view content = Cut(packet, header.nlmsg_len).substr(sizeof(header));
    if (header.nlmsg_seq != number) continue;
    if (header.nlmsg_type == NLMSG_ERROR) {
      ReadError(header, content, answer);
      return true;
    }
    answer.found = content;
  }
  return false;
}

std::optional<std::string_view> FindAttribute(std::string_view attributes, uint16_t type) {
  while (attributes.size() >= sizeof(rtattr)) {
    const auto attribute = Read<rtattr>(attributes);
    if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > attributes.size()) break;
    const std::string_view content = Cut(attributes, attribute.rta_len).substr(sizeof(attribute));
    if ((attribute.rta_type & NLA_TYPE_MASK) == type) return content;
  }
  return std::nullopt;
}

std::string TextOf(std::string_view attribute) {
  return std::string(attribute.substr(0, attribute.find('\0')));
}

Result<Socket> Socket::Open() {
  sys::Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd.valid()) return Error(errno, "open a socket for rtnetlink");
  const int on = 1;
  for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK}) {
    if (setsockopt(fd.get(), SOL_NETLINK, option, &on, sizeof(on)) != 0) {
      return Error(errno, "set up a socket for rtnetlink");
    }
  }
  return Socket(std::move(fd));
}

Result<Answer> Socket::Ask(const Request& request) {
  const std::string message = request.Finish(++number_);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (TEMP_FAILURE_RETRY(sendto(fd_.get(), message.data(), message.size(), 0,
                                reinterpret_cast<const sockaddr*>(&kernel), sizeof(kernel))) < 0) {
    return Error(errno, "send the kernel a request of rtnetlink");
  }
  std::string packet(kPacket, '\0');
  Answer answer;
  while (true) {
    const ssize_t size = TEMP_FAILURE_RETRY(recv(fd_.get(), packet.data(), packet.size(), 0));
    if (size < 0) return Error(errno, "hear the kernel's answer by rtnetlink");
    if (ReadAnswer({packet.data(), static_cast<size_t>(size)}, number_, answer)) return answer;
  }
}

Status Socket::Do(const Request& request, std::string_view operation, std::string_view subject) {
  ASSIGN_OR_RETURN(const Answer answer, Ask(request));
  if (answer.cause == 0) return Ok();
  return Error(answer.cause, operation, subject, answer.words);
}

}  // namespace slipway::network
