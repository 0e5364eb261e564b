// Network devices, by rtnetlink(7): what several sides of the stage say to the kernel about them.

#ifndef SLIPWAY_PLUGINS_NETWORK_DEVICES_H_
#define SLIPWAY_PLUGINS_NETWORK_DEVICES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "plugins/network/addresses.h"
#include "plugins/network/netlink.h"
#include "runtime/sdk/result.h"

namespace network {

struct Device {
  int index = 0;
  std::string mac;   // its bytes
  std::string kind;  // "veth", "bridge" ...; "" of a physical one, and of lo
};

// What a message about a device says, behind its header: pure.
Device ReadDevice(std::string_view message);

// An ifinfomsg with the device's index; flags to set, all of which are also looked at.
std::string AboutDevice(int index, unsigned flags = 0);

// In the socket's namespace; nullopt: there is none.
slipway::Result<std::optional<Device>> FindDevice(Socket& socket, const std::string& name);

// Gives the device an address. IPv6 does not look for others who have it.
Request AddressRequest(int index, const Address& address);
slipway::Status AddAddress(Socket& socket, int index, const Address& address,
                           const std::string& text);

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_DEVICES_H_
