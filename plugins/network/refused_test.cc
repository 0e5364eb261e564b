// Interfaces and routes that cannot be: one line each, and nothing has happened.

#include <gtest/gtest.h>

#include <string>

#include "plugins/network/links_test.h"

namespace network {
namespace {

class Refused : public Links {
 protected:
  void ExpectInterface(const std::string& words, const std::string& line) {
    ExpectRefused("interfaces: [{" + words + "}]", "network: interfaces[0]" + line);
  }
  void ExpectRoute(const std::string& words, const std::string& line) {
    ExpectRefused("interfaces: [{addresses: [10.1.2.2/24]}], routes: [{" + words + "}]",
                  "network: routes[0]" + line);
  }
};

TEST_F(Refused, AnAddressThatIsNone) {
  ExpectInterface("addresses: [10.1.2/24]",
                  ".addresses[0]: not an IP address with a prefix \"10.1.2/24\" (as 10.1.2.2/24 or "
                  "fd00::2/64)");
  ExpectInterface("addresses: [10.1.2.2]",
                  ".addresses[0]: an IP address without its prefix \"10.1.2.2\" (say how many bits "
                  "name its network, as 10.1.2.2/24 or fd00::2/64)");
  ExpectInterface("host_addresses: [10.1.2.2/24, 10.1.2.2/33]",
                  ".host_addresses[1]: not a prefix of an IP address \"10.1.2.2/33\" (behind the "
                  "slash comes a number from 0 to 32)");
  ExpectInterface("addresses: [10.1.2.2/24, 10.1.2.2/24]",
                  ".addresses[1]: the same address twice \"10.1.2.2/24\"");
  ExpectInterface("mac: \"03:00:00:00:00:01\"",
                  ".mac: not the MAC address of one device \"03:00:00:00:00:01\"");
  ExpectInterface("addresses: [\"fd00::2/64\"], mtu: 1000",
                  ".mtu: too low for IPv6, of which it has addresses \"1000\" (at least 1280)");
}

TEST_F(Refused, ANameThatIsNone) {
  ExpectInterface("name: a-name-of-sixteen",
                  ".name: a name of a network device is at most 15 bytes long "
                  "\"a-name-of-sixteen\"");
  ExpectInterface("host_name: a/b",
                  ".host_name: not a name of a network device \"a/b\" (it holds no blank, slash, "
                  "colon or percent sign)");
  ExpectInterface("name: lo", ".name: the name of the loopback device \"lo\"");
  ExpectRefused("interfaces: [{name: a}, {name: a}]",
                "network: interfaces[1].name: two interfaces have one name \"a\"");
  ExpectRefused("interfaces: [{host_name: a}, {host_name: a}]",
                "network: interfaces[1].host_name: two interfaces want one name on the host \"a\"");
}

TEST_F(Refused, AFieldOfAnotherType) {
  ExpectInterface("parent: lo",
                  ".parent: an interface of type veth has no parent \"lo\" (only of "
                  "type macvlan, ipvlan)");
  ExpectInterface(
      "type: macvlan",
      ": an interface of type macvlan needs a parent (the device of the host that it is "
      "a part of, as parent: eth1)");
  ExpectInterface("type: macvlan, parent: lo, mode: l2",
                  ".mode: not a mode of type macvlan \"l2\" (private, vepa, bridge or passthru)");
  ExpectInterface("type: device", ": an interface of type device needs a device");
  ExpectInterface("bridge: br0, host_addresses: [10.1.2.1/24]",
                  ".host_addresses: cannot give addresses to a port of the bridge \"br0\" (they "
                  "belong to the bridge itself)");
}

TEST_F(Refused, WhatTheHostDoesNotHave) {
  ExpectInterface("bridge: br7",
                  ".bridge: no such network device on the host \"br7\" (make it by: "
                  "ip link add br7 up type bridge)");
  ExpectInterface("bridge: lo", ".bridge: not a bridge \"lo\"");
  ExpectInterface("type: macvlan, parent: eth7",
                  ".parent: no such network device on the host \"eth7\"");
  ExpectInterface("type: device, device: eth7",
                  ".device: no such network device on the host \"eth7\"");
}

TEST_F(Refused, AHostNameThatIsTaken) {
  Ip("link add veth7 type bridge");
  ExpectInterface(
      "host_name: veth7",
      ".host_name: the host has a network device of that name already \"veth7\" (choose "
      "another, or leave it out)");
}

TEST_F(Refused, ARouteThatLeadsNowhere) {
  ExpectRoute("to: 10.3.0.0/16",
              ": a route leads nowhere \"10.3.0.0/16\" (add via: ADDRESS, or "
              "device: INTERFACE)");
  ExpectRoute("to: 10.3.0.0/16, via: \"fd00::1\"",
              ".via: a route of IPv4 via an address of IPv6 \"fd00::1\" (both are of one kind)");
  ExpectRoute("to: 10.3.0.1/16, via: 10.1.2.1",
              ".to: not the address of a network \"10.3.0.1/16\" (bits behind the prefix are set; "
              "for one address leave the prefix out)");
  ExpectRoute("to: default, device: eth7",
              ".device: no such interface in the container \"eth7\" (it is one of interfaces)");
  ExpectRoute("to: somewhere, via: 10.1.2.1", ".to: not a destination of a route \"somewhere\"");
}

TEST_F(Refused, InANamespaceThatIsJoined) {
  ExpectRefused("join: /proc/self/ns/net, interfaces: [{}]",
                "network: interfaces: cannot change a network namespace that is joined "
                "\"/proc/self/ns/net\" (give interfaces and routes to a new one, without join)");
}

}  // namespace
}  // namespace network
