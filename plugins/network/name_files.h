// The container's /etc/resolv.conf, /etc/hosts and /etc/hostname, of its own: in memory, attached
// in front of those of its root folder, which is left as it is.

#ifndef SLIPWAY_PLUGINS_NETWORK_NAME_FILES_H_
#define SLIPWAY_PLUGINS_NETWORK_NAME_FILES_H_

#include <optional>
#include <string>

#include "plugins/network/names.h"
#include "runtime/sdk/stage.h"

namespace slipway::network {

struct NameWishes {
  std::optional<Dns> dns;
  Hosts hosts;
  bool connected = false;  // then names are of use, and the files there without being asked for
  std::string server;      // the uplink's own name server; "": it has none
};

// What MakeNameFiles would do.
Status DescribeNameFiles(const NameWishes& wishes, Description& description);

// In InChild.
Status MakeNameFiles(const NameWishes& wishes, Child& child);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_NAME_FILES_H_
