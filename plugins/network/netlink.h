// What rtnetlink(7) says and hears: messages, as bytes alone, and the socket that they go through.

#ifndef SLIPWAY_PLUGINS_NETWORK_NETLINK_H_
#define SLIPWAY_PLUGINS_NETWORK_NETLINK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace network {

// The bytes of a struct of the kernel's.
template <typename T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// A request: a header, a fixed part such as ifinfomsg, and attributes.
class Request {
 public:
  // type: RTM_*; flags: NLM_F_* besides NLM_F_REQUEST and NLM_F_ACK; fixed: its bytes.
  Request(uint16_t type, uint16_t flags, std::string_view fixed);

  Request& Add(uint16_t type, std::string_view bytes);
  Request& AddNumber(uint16_t type, uint32_t number) { return Add(type, BytesOf(number)); }
  Request& AddText(uint16_t type, const std::string& text);  // with its NUL

  // What is added up to End lies in an attribute of this type. fixed: what stands in front there.
  Request& Begin(uint16_t type, std::string_view fixed = {});
  Request& End();

  // The whole message, with its length and number.
  std::string Finish(uint32_t number) const;

 private:
  std::string bytes_;
  std::vector<size_t> open_;  // where the attributes begin that have not ended
};

// What the kernel has answered to a request.
struct Answer {
  int cause = 0;      // errno(3); 0: done
  std::string words;  // why, where the kernel says it
  std::string found;  // of a question: the message that came, without its header
};

// What one packet holds of the answer to the request with this number. True: that was all.
bool ReadAnswer(std::string_view packet, uint32_t number, Answer& answer);

// The attribute among those behind the fixed part of a message, or in another attribute.
std::optional<std::string_view> FindAttribute(std::string_view attributes, uint16_t type);

// A text as the kernel sends it, up to its NUL.
std::string TextOf(std::string_view attribute);

// Of the network namespace in which it was opened.
class Socket {
 public:
  static slipway::Result<Socket> Open();

  // Sends a request and waits for the answer. An error: the kernel has not answered at all.
  slipway::Result<Answer> Ask(const Request& request);

  // The same, of what has to succeed: Error(errno, operation, subject, the kernel's words).
  slipway::Status Do(const Request& request, std::string_view operation, std::string_view subject);

 private:
  explicit Socket(slipway::sys::Fd fd) : fd_(std::move(fd)) {}

  slipway::sys::Fd fd_;
  uint32_t number_ = 0;
};

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_NETLINK_H_
