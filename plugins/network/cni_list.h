// A list of network plugins, as the Container Network Interface has it (version 1.0.0, "Network
// configuration format"): found, judged, and turned into what each plugin gets.

#ifndef SLIPWAY_PLUGINS_NETWORK_CNI_LIST_H_
#define SLIPWAY_PLUGINS_NETWORK_CNI_LIST_H_

#include <string>
#include <vector>

#include "plugins/network/ports.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/json.h"

namespace slipway::network {

// `text`: an absolute path, or the name of a network in a list of /etc/cni/net.d. Only files that
// root alone, or this user, may change. The list is one that has a name and plugins with types.
Result<sys::Json> ReadCniList(const std::string& text);

// Of a list that was read before, such as one from a record.
Result<sys::Json> ParseCniList(std::string_view text, std::string_view name);

// Where the program of a plugin is; "": there is none that only root may change.
std::string FindCniPlugin(const std::string& type);

// What the plugin gets on its standard input. plugin: one of list's. previous: what the plugin
// before it has answered; null: there is none.
std::string CniRequest(const sys::Json& list, const sys::Json& plugin,
                       const std::vector<Port>& ports, const sys::Json* previous);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_CNI_LIST_H_
