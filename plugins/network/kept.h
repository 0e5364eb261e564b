// The container's network namespace, kept beyond its processes until its devices are seen to: by a
// mount of its file, as ip-netns(8) does it. Without it the kernel takes it down in its own time,
// with all devices that are not physical.

#ifndef SLIPWAY_PLUGINS_NETWORK_KEPT_H_
#define SLIPWAY_PLUGINS_NETWORK_KEPT_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "plugins/network/netlink.h"
#include "runtime/sdk/result.h"

namespace slipway::network {

// At `path`, a file that is made for it, in a folder that is there.
slipway::Status KeepAt(pid_t pid, const std::string& path);
slipway::Status DropAt(const std::string& path);  // what is not there is no error

// May this process mount, and write below /run? No side effects.
bool CanKeep();

// Keeps that of the process `pid`. container: its id.
slipway::Status Keep(pid_t pid, std::string_view container);

// A socket in the one that is kept; nullopt: none is.
slipway::Result<std::optional<Socket>> OpenKept(std::string_view container);

// What is not kept is no error.
slipway::Status Drop(std::string_view container);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_KEPT_H_
