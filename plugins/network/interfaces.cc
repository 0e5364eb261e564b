#include "plugins/network/interfaces.h"

#include <sys/socket.h>

#include <algorithm>
#include <set>

namespace slipway::network {

namespace {

constexpr unsigned kLowestIpv6Mtu = 1280;  // RFC 8200, 5

std::string NameOf(Mode mode) { return slipway::kNamesOf<Mode>[static_cast<size_t>(mode)]; }

Status Blame(Status status, const std::string& option) {
  return status.ok() ? Ok() : Status(status.error().Option(option));
}

struct Field {
  const char* name;
  std::vector<Type> types;  // that have it
  std::string value;        // "": not given
};

// What is given must fit the type.
Status CheckFields(const Interface& interface, const std::string& option) {
  const std::vector<Field> fields = {
      {"host_name", {Type::kVeth}, interface.host_name.value_or("")},
      {"bridge", {Type::kVeth}, interface.bridge.value_or("")},
      {"host_addresses",
       {Type::kVeth},
       interface.host_addresses.empty() ? "" : interface.host_addresses[0]},
      {"parent", {Type::kMacvlan, Type::kIpvlan}, interface.parent.value_or("")},
      {"mode",
       {Type::kMacvlan, Type::kIpvlan},
       interface.mode ? NameOf(*interface.mode) : std::string()},
      {"device", {Type::kDevice}, interface.device.value_or("")},
      {"mac", {Type::kVeth, Type::kMacvlan}, interface.mac.value_or("")},
      {"mtu",
       {Type::kVeth, Type::kMacvlan, Type::kIpvlan},
       interface.mtu ? std::to_string(*interface.mtu) : std::string()}};
  for (const auto& [name, types, value] : fields) {
    if (value.empty() || std::count(types.begin(), types.end(), interface.type) != 0) continue;
    std::string which;
    for (const Type type : types) which += (which.empty() ? "" : ", ") + NameOf(type);
    return Error("an interface of type " + NameOf(interface.type) + " has no " + name, value,
                 "only of type " + which)
        .Option(option + "." + name);
  }
  return Ok();
}

Status CheckMode(const Interface& interface, const std::string& option) {
  if (!interface.mode) return Ok();
  const bool ipvlan = *interface.mode >= Mode::kL2;
  if (ipvlan == (interface.type == Type::kIpvlan)) return Ok();
  return Error("not a mode of type " + NameOf(interface.type), NameOf(*interface.mode),
               ipvlan ? "private, vepa, bridge or passthru" : "l2, l3 or l3s")
      .Option(option + ".mode");
}

Status CheckNeeded(const Interface& interface, const std::string& option) {
  const bool part = interface.type == Type::kMacvlan || interface.type == Type::kIpvlan;
  if (part && !interface.parent) {
    return Error("an interface of type " + NameOf(interface.type) + " needs a parent", {},
                 "the device of the host that it is a part of, as parent: eth1")
        .Option(option);
  }
  if (interface.type == Type::kDevice && !interface.device) {
    return Error("an interface of type device needs a device", {},
                 "the host's that moves into the container, as device: eth1")
        .Option(option);
  }
  if (interface.bridge && !interface.host_addresses.empty()) {
    return Error("cannot give addresses to a port of the bridge", *interface.bridge,
                 "they belong to the bridge itself")
        .Option(option + ".host_addresses");
  }
  return Ok();
}

Status CheckNames(const Interface& interface, const std::string& option) {
  RETURN_IF_ERROR(Blame(CheckDeviceName(interface.name), option + ".name"));
  if (interface.name == "lo") {
    return Error("the name of the loopback device", interface.name, "as eth0")
        .Option(option + ".name");
  }
  const std::pair<const char*, const std::optional<std::string>&> others[] = {
      {"host_name", interface.host_name},
      {"bridge", interface.bridge},
      {"parent", interface.parent},
      {"device", interface.device}};
  for (const auto& [field, name] : others) {
    if (name) RETURN_IF_ERROR(Blame(CheckDeviceName(*name), option + "." + field));
  }
  return Ok();
}

Result<std::vector<Address>> ParseAll(const std::vector<std::string>& texts,
                                      const std::string& option) {
  std::vector<Address> addresses;
  for (size_t i = 0; i < texts.size(); ++i) {
    auto address = ParseInterfaceAddress(texts[i]);
    const std::string at = Element(option, i);
    if (!address.ok()) return address.error().Option(at);
    if (std::count(texts.begin(), texts.begin() + static_cast<ptrdiff_t>(i), texts[i]) != 0) {
      return Error("the same address twice", texts[i]).Option(at);
    }
    addresses.push_back(std::move(address).value());
  }
  return addresses;
}

Status CheckMtu(const Interface& interface, const std::string& option) {
  const auto is_ipv6 = [](const Address& address) { return address.family == AF_INET6; };
  const bool ipv6 = std::any_of(interface.own.begin(), interface.own.end(), is_ipv6) ||
                    std::any_of(interface.host.begin(), interface.host.end(), is_ipv6);
  if (!interface.mtu || !ipv6 || *interface.mtu >= kLowestIpv6Mtu) return Ok();
  return Error("too low for IPv6, of which it has addresses", std::to_string(*interface.mtu),
               "at least " + std::to_string(kLowestIpv6Mtu))
      .Option(option + ".mtu");
}

Status CheckInterface(Interface& interface, const std::string& option) {
  RETURN_IF_ERROR(CheckFields(interface, option));
  RETURN_IF_ERROR(CheckMode(interface, option));
  RETURN_IF_ERROR(CheckNeeded(interface, option));
  RETURN_IF_ERROR(CheckNames(interface, option));
  ASSIGN_OR_RETURN(interface.own, ParseAll(interface.addresses, option + ".addresses"));
  ASSIGN_OR_RETURN(interface.host, ParseAll(interface.host_addresses, option + ".host_addresses"));
  if (interface.mac) {
    auto mac = ParseMac(*interface.mac);
    if (!mac.ok()) return mac.error().Option(option + ".mac");
    interface.mac_bytes = std::move(mac).value();
  }
  return CheckMtu(interface, option);
}

Status CheckWays(const Route& route, const std::vector<Interface>& interfaces,
                 const std::string& option) {
  if (!route.via && !route.device) {
    return Error("a route leads nowhere", route.to, "add via: ADDRESS, or device: INTERFACE")
        .Option(option);
  }
  if (route.via && route.gateway->family != route.destination.family) {
    const bool ipv4 = route.destination.family == AF_INET;
    return Error(std::string("a route of IPv") + (ipv4 ? "4" : "6") + " via an address of IPv" +
                     (ipv4 ? "6" : "4"),
                 *route.via, "both are of one kind")
        .Option(option + ".via");
  }
  const auto has_name = [&](const Interface& interface) { return interface.name == *route.device; };
  if (route.device && *route.device != "lo" &&
      std::none_of(interfaces.begin(), interfaces.end(), has_name)) {
    return Error("no such interface in the container", *route.device, "it is one of interfaces")
        .Option(option + ".device");
  }
  return Ok();
}

Status CheckRoute(Route& route, const std::vector<Interface>& interfaces,
                  const std::string& option) {
  int family = AF_INET;
  if (route.via) {
    auto gateway = ParseAddress(*route.via);
    if (!gateway.ok()) return gateway.error().Option(option + ".via");
    route.gateway = std::move(gateway).value();
    family = route.gateway->family;
  }
  auto destination = ParseDestination(route.to, family);
  if (!destination.ok()) return destination.error().Option(option + ".to");
  route.destination = std::move(destination).value();
  return CheckWays(route, interfaces, option);
}

std::string Join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += ", " + text;
  return joined;
}

}  // namespace

std::string NameOf(Type type) { return slipway::kNamesOf<Type>[static_cast<size_t>(type)]; }

Status CheckInterfaces(std::vector<Interface>& interfaces) {
  std::set<std::string> names;
  std::set<std::string> hosts;  // names on the host that are made or go away
  for (size_t i = 0; i < interfaces.size(); ++i) {
    Interface& interface = interfaces[i];
    const std::string option = Element("interfaces", i);
    if (interface.name.empty()) interface.name = "eth" + std::to_string(i);
    RETURN_IF_ERROR(CheckInterface(interface, option));
    if (!names.insert(interface.name).second) {
      return Error("two interfaces have one name", interface.name).Option(option + ".name");
    }
    const bool moves = interface.type == Type::kDevice;
    const auto& taken = moves ? interface.device : interface.host_name;
    if (taken && !hosts.insert(*taken).second) {
      return Error("two interfaces want one name on the host", *taken)
          .Option(option + (moves ? ".device" : ".host_name"));
    }
  }
  return Ok();
}

Status CheckRoutes(std::vector<Route>& routes, const std::vector<Interface>& interfaces) {
  for (size_t i = 0; i < routes.size(); ++i) {
    RETURN_IF_ERROR(CheckRoute(routes[i], interfaces, Element("routes", i)));
  }
  return Ok();
}

std::string Describe(const Interface& interface) {
  const std::string addresses = Join(interface.addresses);
  switch (interface.type) {
    case Type::kVeth:
      return "one end of a veth pair" + addresses + "; the other is " +
             interface.host_name.value_or("a new device") + " here" +
             Join(interface.host_addresses) +
             (interface.bridge ? ", a port of " + *interface.bridge : "");
    case Type::kDevice:
      return "the host's " + *interface.device + ", which moves there" + addresses;
    default:
      return "a new " + NameOf(interface.type) + " of " + *interface.parent + addresses;
  }
}

std::string Describe(const Route& route) {
  return "a route" + (route.via ? " via " + *route.via : "") +
         (route.device ? " by " + *route.device : "") +
         (route.metric ? ", metric " + std::to_string(*route.metric) : "");
}

}  // namespace slipway::network
