// The container's network from the plugins of the Container Network Interface, version 1.0.0: each
// of a list is run with ADD, in order, and in the end with DEL, in reverse.

#ifndef SLIPWAY_PLUGINS_NETWORK_CNI_H_
#define SLIPWAY_PLUGINS_NETWORK_CNI_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugins/network/ports.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/json.h"

namespace slipway::network {

inline constexpr std::string_view kCniRecord = "cni ";
inline constexpr std::string_view kCniResult = "cni-result ";  // what ADD has come to

class Cni {
 public:
  // network: a path, a name, or "": none is wanted.
  Status Configure(const std::string& network, const std::vector<std::string>& ports);
  Status Probe();

  bool IsWanted() const { return !network_.empty(); }
  // "the network web: bridge, portmap". Behind Probe.
  std::string InWords() const;

  Status PostClone(ParkedChild& child) const;

 private:
  std::string network_;
  std::vector<std::string> port_texts_;
  sys::Json list_;
};

// Of a record of either kind.
Status TeardownCni(std::string_view record, Context& context);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_CNI_H_
