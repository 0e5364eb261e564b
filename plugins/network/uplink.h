// The container's way out, for users without rights too: a program, pasta(1) or slirp4netns(1),
// which passes on in the host's name what the container sends, and forwards ports to it.

#ifndef SLIPWAY_PLUGINS_NETWORK_UPLINK_H_
#define SLIPWAY_PLUGINS_NETWORK_UPLINK_H_

#include <array>
#include <string>
#include <vector>

#include "plugins/network/ports.h"
#include "runtime/sdk/stage.h"

namespace slipway::network {

enum class UplinkKind { kNone, kAuto, kPasta, kSlirp4netns };

class Uplink {
 public:
  // What the options say against each other.
  Status Configure(UplinkKind kind, const std::vector<std::string>& ports);

  // Is there such a program, and may this user use it?
  Status Probe();

  // Once configured.
  bool IsWanted() const { return kind_ != UplinkKind::kNone; }
  // "pasta", with its ports, for people to read.
  std::string InWords() const;
  // Behind Probe: its own name server, as the container sees it; "": it has none.
  std::string NameServer() const { return IsSlirp4netns() ? "10.0.2.3" : ""; }

  Status PostClone(ParkedChild& child) const;

 private:
  bool IsSlirp4netns() const { return kind_ == UplinkKind::kSlirp4netns; }
  std::vector<std::string> PastaWords() const;

  UplinkKind kind_ = UplinkKind::kNone;
  std::vector<Port> ports_;
  std::string path_;  // of the program
};

}  // namespace slipway::network

template <>
inline constexpr std::array slipway::kNamesOf<slipway::network::UplinkKind> = {
    "none", "auto", "pasta", "slirp4netns", static_cast<const char*>(nullptr)};

#endif  // SLIPWAY_PLUGINS_NETWORK_UPLINK_H_
