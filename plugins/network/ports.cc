#include "plugins/network/ports.h"

#include <arpa/inet.h>

#include <charconv>
#include <system_error>

namespace slipway::network {
namespace {

// A port's number; 0: it is none.
int ReadPort(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && port >= 1 && port <= 65535 ? port : 0;
}

// What stands behind the last colon, which is taken away with it; all of it, if there is none.
std::string_view TakeLast(std::string_view& text) {
  const size_t colon = text.rfind(':');
  const std::string_view last = colon == text.npos ? text : text.substr(colon + 1);
  text = colon == text.npos ? std::string_view() : text.substr(0, colon);
  return last;
}

bool ReadAddress(std::string_view text, std::string& address) {
  const bool brackets = text.starts_with('[') && text.ends_with(']');
  address = brackets ? text.substr(1, text.size() - 2) : text;
  char binary[sizeof(in6_addr)];
  return inet_pton(brackets ? AF_INET6 : AF_INET, address.c_str(), binary) == 1;
}

}  // namespace

Result<Port> ParsePort(std::string_view text) {
  Port port;
  std::string_view rest = text;
  const size_t slash = rest.find('/');
  if (slash != rest.npos) {
    port.protocol = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  const bool known = port.protocol == "tcp" || port.protocol == "udp";
  port.inside = ReadPort(TakeLast(rest));
  port.outside = ReadPort(TakeLast(rest));
  if (!known || port.inside == 0 || port.outside == 0 ||
      (!rest.empty() && !ReadAddress(rest, port.address))) {
    return Error("cannot forward the port", text,
                 "as 8080:80, 127.0.0.1:8080:80 or [::1]:5000:53/udp: address of the host, its "
                 "port, the container's port");
  }
  return port;
}

Result<std::vector<Port>> ParsePorts(const std::vector<std::string>& texts) {
  std::vector<Port> ports;
  for (size_t i = 0; i < texts.size(); ++i) {
    Result<Port> port = ParsePort(texts[i]);
    if (!port.ok()) return port.error().Option(Element("ports", i));
    ports.push_back(*std::move(port));
  }
  return ports;
}

}  // namespace slipway::network
