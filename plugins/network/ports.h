// Ports that are forwarded from the host to the container, as people write them:
// "8080:80", "127.0.0.1:2222:22", "[::1]:5000:53/udp".

#ifndef SLIPWAY_PLUGINS_NETWORK_PORTS_H_
#define SLIPWAY_PLUGINS_NETWORK_PORTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::network {

struct Port {
  std::string address;  // of the host, where it is listened; "": all of its addresses
  int outside = 0;
  int inside = 0;
  std::string protocol = "tcp";  // or "udp"
};

Result<Port> ParsePort(std::string_view text);

// The option `ports`. An error says which of them is to blame.
Result<std::vector<Port>> ParsePorts(const std::vector<std::string>& texts);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_PORTS_H_
