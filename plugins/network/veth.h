// A pair of veth(4) devices, one end here and one in the container: what makes it, and what takes
// it away.

#ifndef SLIPWAY_PLUGINS_NETWORK_VETH_H_
#define SLIPWAY_PLUGINS_NETWORK_VETH_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "plugins/network/interfaces.h"
#include "plugins/network/netlink.h"
#include "runtime/sdk/stage.h"

namespace network {

// The host's end. Its MAC address, which is made up for it, tells it from another of that name.
struct HostEnd {
  std::string name;
  std::string mac;  // its bytes
};

// A record is "veth NAME MAC".
std::string RecordOf(const HostEnd& end);
std::optional<HostEnd> ReadHostEnd(std::string_view record);

// Its other end appears in the network namespace of the process `pid`, under its name there.
Request VethRequest(const Interface& interface, const HostEnd& end, pid_t pid);

// option: "interfaces[0]". Leaves a record first.
slipway::Status MakeVeth(Socket& socket, const Interface& interface, const std::string& option,
                         slipway::ParkedChild& child);

slipway::Status RemoveVeth(Socket& socket, const HostEnd& end);

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_VETH_H_
