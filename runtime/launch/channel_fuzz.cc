// Fuzzes what the host takes from its channel: the child may run code that nobody trusts.
//
// An input that begins with 'm' is the memory of one message, repeated to its full size; one that
// begins with 'r' is that of a request, with zeros behind it, and with 'f' also has a file with it;
// any other is a packet as it is.

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/launch/channel.h"
#include "runtime/sdk/error.h"

namespace slipway::launch {
namespace {

const std::pair<Channel, Channel>& Ends() {
  static const auto ends = Channel::Make();
  if (!ends.ok()) std::abort();
  return *ends;
}

// As channel.cc has it: kind, size, stage, bytes.
constexpr size_t kRequestSize = 16 + SLIPWAY_MAX_MESSAGE;

std::string PacketOf(std::string_view input) {
  if (input.starts_with('r') || input.starts_with('f')) {
    std::string packet(input.substr(1));
    packet.resize(kRequestSize);
    return packet;
  }
  if (!input.starts_with('m') || input.size() == 1) return std::string(input);
  input.remove_prefix(1);
  std::string packet;
  while (packet.size() < sizeof(Message)) packet += input;
  packet.resize(sizeof(Message));
  return packet;
}

bool IsText(const char* field, size_t size) { return memchr(field, '\0', size) != nullptr; }

// with_file: with the descriptor of this end.
bool Send(const std::string& packet, bool with_file) {
  const int child = Ends().second.fd();
  if (!with_file) return send(child, packet.data(), packet.size(), 0) >= 0;
  union {
    char room[CMSG_SPACE(sizeof(child))] = {};
    cmsghdr aligned;
  } control;
  iovec place{.iov_base = const_cast<char*>(packet.data()), .iov_len = packet.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  header.msg_control = &control;
  header.msg_controllen = sizeof(control);
  cmsghdr* const part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(child));
  std::memcpy(CMSG_DATA(part), &child, sizeof(child));
  return sendmsg(child, &header, 0) >= 0;
}

void Check(const Request& request, bool with_file) {
  const auto kind = static_cast<uint32_t>(request.kind);
  if (kind < 1 || kind > 4 || request.bytes.size() > SLIPWAY_MAX_MESSAGE) std::abort();
  if (request.file.valid() != with_file) std::abort();
}

void Receive(const std::string& packet, bool with_file) {
  if (!Send(packet, with_file)) return;  // larger than a socket takes
  Request request;
  const auto message = Ends().first.Receive(&request);
  if (!message.ok()) {
    if (packet.size() == sizeof(Message) && message.error()->errno_value != EBADMSG) std::abort();
    return;
  }
  // Only an empty packet may look like the end.
  if (!message->has_value()) {
    if (!packet.empty()) std::abort();
    return;
  }
  if ((*message)->type == MessageType::kRequest) Check(request, with_file);
  const ErrorRecord& error = (*message)->error;
  if (!IsText(error.where, sizeof(error.where)) || !IsText(error.hint, sizeof(error.hint))) {
    std::abort();
  }
  const std::string line = Error(error).ToString();
  if (std::any_of(line.begin(), line.end(), [](unsigned char c) { return c < ' '; })) std::abort();
}

}  // namespace
}  // namespace slipway::launch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  slipway::launch::Receive(slipway::launch::PacketOf(input), input.starts_with('f'));
  return 0;
}
