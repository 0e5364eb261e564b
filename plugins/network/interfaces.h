// What the stage `network` takes for each interface and each route of the container, and what of it
// can be judged by its words alone.

#ifndef SLIPWAY_PLUGINS_NETWORK_INTERFACES_H_
#define SLIPWAY_PLUGINS_NETWORK_INTERFACES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/network/addresses.h"
#include "runtime/sdk/stage.h"

namespace slipway::network {

enum class Type { kVeth, kMacvlan, kIpvlan, kDevice };
enum class Mode { kPrivate, kVepa, kBridge, kPassthru, kL2, kL3, kL3s };

}  // namespace slipway::network

template <>
inline constexpr std::array<const char*, 5> slipway::kNamesOf<slipway::network::Type>{
    "veth", "macvlan", "ipvlan", "device", nullptr};
template <>
inline constexpr std::array<const char*, 8> slipway::kNamesOf<slipway::network::Mode>{
    "private", "vepa", "bridge", "passthru", "l2", "l3", "l3s", nullptr};

namespace slipway::network {

struct Interface {
  Type type = Type::kVeth;
  std::string name;
  std::optional<std::string> host_name;
  std::optional<std::string> bridge;
  std::optional<std::string> parent;
  std::optional<std::string> device;
  std::optional<Mode> mode;
  std::vector<std::string> addresses;
  std::vector<std::string> host_addresses;
  std::optional<std::string> mac;
  std::optional<int64_t> mtu;

  // What these say, once they are checked.
  std::vector<Address> own;
  std::vector<Address> host;
  std::string mac_bytes;

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Interface::type>(
            "type", "What it is: one end of a pair, a part of a device, or a whole device",
            {.fallback = "veth"}),
        slipway::Option<&Interface::name>("name",
                                          "In the container; else eth0 for the first, and so on"),
        slipway::Option<&Interface::host_name>(
            "host_name", "Of a veth: the host's end; else a new name that begins with veth"),
        slipway::Option<&Interface::bridge>(
            "bridge", "Of a veth: bridge of the host that the host's end becomes a port of"),
        slipway::Option<&Interface::parent>(
            "parent", "Of a macvlan or ipvlan: device of the host that it is a part of"),
        slipway::Option<&Interface::device>(
            "device", "Of a device: the host's, which moves into the container"),
        slipway::Option<&Interface::mode>(
            "mode",
            "Of a macvlan: private, vepa, bridge (the default) or passthru; of an ipvlan: l2 (the "
            "default), l3 or l3s"),
        slipway::Option<&Interface::addresses>(
            "addresses", "With their prefixes, as 10.1.2.2/24 or fd00::2/64", {.fallback = "[]"}),
        slipway::Option<&Interface::host_addresses>(
            "host_addresses", "Of a veth: addresses of the host's end", {.fallback = "[]"}),
        slipway::Option<&Interface::mac>("mac",
                                         "Of a veth or macvlan: MAC address in the container"),
        slipway::Option<&Interface::mtu>("mtu",
                                         "Longest packet, but of a device; of a veth, at both ends",
                                         {.unit = "bytes", .minimum = 68, .maximum = 65535}));
  }
};

struct Route {
  std::string to;
  std::optional<std::string> via;
  std::optional<std::string> device;
  std::optional<int64_t> metric;

  // What these say, once they are checked.
  Address destination;
  std::optional<Address> gateway;

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Route::to>("to", "default, a network as 10.2.0.0/16, or one address",
                                    {.required = true}),
        slipway::Option<&Route::via>("via", "Address of the router that leads there"),
        slipway::Option<&Route::device>("device", "Interface of the container that leads there"),
        slipway::Option<&Route::metric>("metric", "Of several routes, the lowest is taken",
                                        {.minimum = 0, .maximum = UINT32_MAX}));
  }
};

std::string NameOf(Type type);

// Checks what can be told without a look at the machine, and fills in what the words say. The
// errors blame their options.
slipway::Status CheckInterfaces(std::vector<Interface>& interfaces);
slipway::Status CheckRoutes(std::vector<Route>& routes, const std::vector<Interface>& interfaces);

// As in a plan: "a veth pair, 10.1.2.2/24; its other end here is veth7, a port of br0".
std::string Describe(const Interface& interface);
std::string Describe(const Route& route);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_INTERFACES_H_
