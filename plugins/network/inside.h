// The container's side of its interfaces: their addresses, up, and routes. Called in its network
// namespace.

#ifndef SLIPWAY_PLUGINS_NETWORK_INSIDE_H_
#define SLIPWAY_PLUGINS_NETWORK_INSIDE_H_

#include <vector>

#include "plugins/network/interfaces.h"
#include "plugins/network/netlink.h"
#include "runtime/sdk/result.h"

namespace network {

// device: the index of the interface that it names; 0: it names none.
Request RouteRequest(const Route& route, int device);

// The errors blame their options.
slipway::Status SetUpInside(const std::vector<Interface>& interfaces,
                            const std::vector<Route>& routes);

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_INSIDE_H_
