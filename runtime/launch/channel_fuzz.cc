// Fuzzes what the host takes from its channel: the child may run code that nobody trusts.
//
// An input that begins with 'm' is the memory of one message, repeated to its full size; any other
// is a packet as it is.

#include <sys/socket.h>

#include <algorithm>
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

std::string PacketOf(std::string_view input) {
  if (!input.starts_with('m') || input.size() == 1) return std::string(input);
  input.remove_prefix(1);
  std::string packet;
  while (packet.size() < sizeof(Message)) packet += input;
  packet.resize(sizeof(Message));
  return packet;
}

bool IsText(const char* field, size_t size) { return memchr(field, '\0', size) != nullptr; }

void Receive(const std::string& packet) {
  const auto& [host, child] = Ends();
  if (send(child.fd(), packet.data(), packet.size(), 0) < 0) return;  // larger than a socket takes
  const auto message = host.Receive();
  if (!message.ok()) {
    if (packet.size() == sizeof(Message) && message.error()->errno_value != EBADMSG) std::abort();
    return;
  }
  // Only an empty packet may look like the end.
  if (!message->has_value()) {
    if (!packet.empty()) std::abort();
    return;
  }
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
  slipway::launch::Receive(slipway::launch::PacketOf(input));
  return 0;
}
