// Addresses as people write them: "10.1.2.2/24", "fd00::2/64", "02:00:00:00:00:01".

#ifndef SLIPWAY_PLUGINS_NETWORK_ADDRESSES_H_
#define SLIPWAY_PLUGINS_NETWORK_ADDRESSES_H_

#include <cstdint>
#include <string>

#include "runtime/sdk/result.h"

namespace network {

struct Address {
  int family = 0;      // AF_INET or AF_INET6
  std::string bytes;   // 4 or 16 of them, as they go over the wire
  uint8_t prefix = 0;  // how many bits name the network
};

// "10.1.2.2" or "fd00::2".
slipway::Result<Address> ParseAddress(const std::string& text);

// With "/24": the prefix must be there.
slipway::Result<Address> ParseInterfaceAddress(const std::string& text);

// "default", "0.0.0.0/0", "10.2.0.0/16", or "10.2.0.1" for that one alone. family: of "default".
slipway::Result<Address> ParseDestination(const std::string& text, int family);

// The last address of an IPv4 network, which means all of it; "": there is none.
std::string BroadcastOf(const Address& address);

// Six bytes, of one device and not of a group.
slipway::Result<std::string> ParseMac(const std::string& text);
std::string MacText(const std::string& bytes);

// netdevice names: at most 15 bytes, and nothing that the kernel refuses or takes for a pattern.
slipway::Status CheckDeviceName(const std::string& name);

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_ADDRESSES_H_
