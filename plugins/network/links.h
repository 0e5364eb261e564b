// The host's side of the container's interfaces: what is looked at before anything happens, what is
// made while the child waits in its network namespace, and what is taken away again.

#ifndef SLIPWAY_PLUGINS_NETWORK_LINKS_H_
#define SLIPWAY_PLUGINS_NETWORK_LINKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugins/network/interfaces.h"
#include "runtime/sdk/stage.h"

namespace network {

// May this process make them, can the kernel, and is what they name there? No side effects. The
// errors blame their options.
slipway::Status ProbeInterfaces(const std::vector<Interface>& interfaces);

// Makes them, in the child's network namespace with their names there, and sets up the host's ends.
// Leaves a record before each that the end of that namespace does not undo in time.
slipway::Status MakeInterfaces(const std::vector<Interface>& interfaces,
                               slipway::ParkedChild& child);

// Of a record of MakeInterfaces; container: its id. What is gone is no error; a device that
// somebody else has made under the name stays.
slipway::Status UndoInterface(const std::vector<Interface>& interfaces, std::string_view record,
                              std::string_view container);

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_LINKS_H_
