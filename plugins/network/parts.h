// What the container has of the host's devices: a part of one, macvlan or ipvlan, or a whole one,
// which moves there and comes back. While there is any, the container's network namespace is kept.

#ifndef SLIPWAY_PLUGINS_NETWORK_PARTS_H_
#define SLIPWAY_PLUGINS_NETWORK_PARTS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/network/interfaces.h"
#include "plugins/network/netlink.h"
#include "runtime/sdk/stage.h"

namespace network {

inline bool IsPart(const Interface& interface) { return interface.type != Type::kVeth; }

// The index that the interface at this place gets there, where it is a part: whoever renames it in
// the container does not change that.
int IndexInside(size_t place);

// A part of the device with the index `parent`, made where the process `pid` is.
Request PartRequest(const Interface& interface, size_t place, int parent, pid_t pid);

// The device with this index goes to where the process `pid` is, with a new name and index there.
Request MoveRequest(int index, const std::string& name, int new_index, pid_t pid);

// Keeps the namespace; leaves a record first.
slipway::Status KeepForParts(const std::vector<Interface>& interfaces, slipway::ParkedChild& child);

// option: "interfaces[0]".
slipway::Status MakePart(Socket& socket, const Interface& interface, size_t place,
                         const std::string& option, pid_t pid);

// Is it a record of KeepForParts?
bool IsOfParts(std::string_view record);

// Takes the parts away, gives whole devices back, and lets go of the namespace.
slipway::Status UndoParts(const std::vector<Interface>& interfaces, std::string_view record,
                          std::string_view container);

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_PARTS_H_
