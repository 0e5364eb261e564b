// What is said to the kernel, and what it says, of devices, addresses and routes: as bytes alone.

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/network/devices.h"
#include "plugins/network/inside.h"
#include "plugins/network/interfaces.h"
#include "plugins/network/parts.h"
#include "plugins/network/veth.h"

namespace slipway::network {
namespace {

constexpr pid_t kPid = 4711;

// Its fixed part, and the attributes behind.
template <typename Fixed>
struct Parts {
  explicit Parts(const Request& request) : message(request.Finish(1)) {
    std::memcpy(&header, message.data(), sizeof(header));
    std::memcpy(&fixed, message.data() + sizeof(header), sizeof(fixed));
  }
  std::string_view Attributes() const {
    return std::string_view(message).substr(sizeof(header) + NLMSG_ALIGN(sizeof(fixed)));
  }
  std::string Text(uint16_t type) const {
    return TextOf(FindAttribute(Attributes(), type).value_or("absent"));
  }

  std::string message;
  nlmsghdr header{};
  Fixed fixed{};
};

uint32_t NumberOf(std::string_view attributes, uint16_t type) {
  uint32_t number = 0;
  const auto found = FindAttribute(attributes, type);
  if (found && found->size() == sizeof(number)) std::memcpy(&number, found->data(), sizeof(number));
  return number;
}

std::vector<Interface> Checked(std::vector<Interface> interfaces) {
  EXPECT_TRUE(CheckInterfaces(interfaces).ok());
  return interfaces;
}

TEST(Veths, HaveTheirOtherEndWhereTheChildIs) {
  Interface interface;
  interface.mac = "02:00:00:00:00:07";
  interface.mtu = 1400;
  const Interface checked = Checked({interface})[0];
  const Parts<ifinfomsg> parts(VethRequest(checked,
                                           {"veth7",
                                            "\xfe"
                                            "12345"},
                                           kPid));
  EXPECT_EQ(parts.header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(parts.Text(IFLA_IFNAME), "veth7");
  EXPECT_EQ(FindAttribute(parts.Attributes(), IFLA_ADDRESS),
            "\xfe"
            "12345");
  EXPECT_EQ(FindAttribute(parts.Attributes(), IFLA_NET_NS_PID), std::nullopt);
  const auto link = FindAttribute(parts.Attributes(), IFLA_LINKINFO).value_or("");
  EXPECT_EQ(TextOf(FindAttribute(link, IFLA_INFO_KIND).value_or("")), "veth");
  auto peer = FindAttribute(FindAttribute(link, IFLA_INFO_DATA).value_or(""), VETH_INFO_PEER);
  ASSERT_TRUE(peer);
  peer->remove_prefix(NLMSG_ALIGN(sizeof(ifinfomsg)));
  EXPECT_EQ(TextOf(FindAttribute(*peer, IFLA_IFNAME).value_or("")), "eth0");
  EXPECT_EQ(NumberOf(*peer, IFLA_NET_NS_PID), kPid);
  EXPECT_EQ(NumberOf(*peer, IFLA_MTU), 1400);
  EXPECT_EQ(MacText(std::string(FindAttribute(*peer, IFLA_ADDRESS).value_or(""))),
            "02:00:00:00:00:07");
}

TEST(Veths, LeaveARecordThatTellsTheHostsEnd) {
  const auto end = ReadHostEnd(RecordOf({"veth7",
                                         "\xfe"
                                         "12345"}));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->name, "veth7");
  EXPECT_EQ(end->mac,
            "\xfe"
            "12345");
  for (const char* record : {"", "veth", "veth veth7", "veth veth7 fe:31", "kept 1"}) {
    EXPECT_FALSE(ReadHostEnd(record)) << record;
  }
}

TEST(OfTheHosts, APartIsMadeWhereTheChildIs) {
  Interface interface;
  interface.type = Type::kIpvlan;
  interface.parent = "eth1";
  interface.mode = Mode::kL3s;
  const Parts<ifinfomsg> parts(PartRequest(Checked({interface})[0], 3, 7, kPid));
  EXPECT_EQ(parts.fixed.ifi_index, IndexInside(3));
  EXPECT_EQ(NumberOf(parts.Attributes(), IFLA_LINK), 7);
  EXPECT_EQ(NumberOf(parts.Attributes(), IFLA_NET_NS_PID), kPid);
  const auto link = FindAttribute(parts.Attributes(), IFLA_LINKINFO).value_or("");
  EXPECT_EQ(TextOf(FindAttribute(link, IFLA_INFO_KIND).value_or("")), "ipvlan");
  const auto data = FindAttribute(link, IFLA_INFO_DATA).value_or("");
  const uint16_t mode = IPVLAN_MODE_L3S;
  EXPECT_EQ(FindAttribute(data, IFLA_IPVLAN_MODE), BytesOf(mode));
}

TEST(OfTheHosts, AWholeOneMovesWithANewNameAndIndex) {
  const Parts<ifinfomsg> parts(MoveRequest(7, "lan", IndexInside(0), kPid));
  EXPECT_EQ(parts.fixed.ifi_index, 7);
  EXPECT_EQ(parts.Text(IFLA_IFNAME), "lan");
  EXPECT_EQ(NumberOf(parts.Attributes(), IFLA_NEW_IFINDEX), static_cast<uint32_t>(IndexInside(0)));
  EXPECT_EQ(NumberOf(parts.Attributes(), IFLA_NET_NS_PID), kPid);
}

TEST(Addresses, AreTheDevicesOwn) {
  const Parts<ifaddrmsg> four(AddressRequest(7, ParseInterfaceAddress("10.1.2.2/24").value()));
  EXPECT_EQ(four.fixed.ifa_family, AF_INET);
  EXPECT_EQ(four.fixed.ifa_prefixlen, 24);
  EXPECT_EQ(four.fixed.ifa_index, 7U);
  EXPECT_EQ(FindAttribute(four.Attributes(), IFA_LOCAL), "\x0a\x01\x02\x02");
  EXPECT_EQ(FindAttribute(four.Attributes(), IFA_BROADCAST), "\x0a\x01\x02\xff");
  const Parts<ifaddrmsg> six(AddressRequest(7, ParseInterfaceAddress("fd00::2/64").value()));
  EXPECT_EQ(six.fixed.ifa_family, AF_INET6);
  EXPECT_EQ(six.fixed.ifa_flags, IFA_F_NODAD);
  EXPECT_EQ(FindAttribute(six.Attributes(), IFA_BROADCAST), std::nullopt);
}

TEST(Routes, LeadToARouterOrADevice) {
  std::vector<Route> routes(2);
  routes[0].to = "default";
  routes[0].via = "10.1.2.1";
  routes[1].to = "fd01::/16";
  routes[1].device = "lo";
  routes[1].metric = 5;
  ASSERT_TRUE(CheckRoutes(routes, {}).ok());
  const Parts<rtmsg> router(RouteRequest(routes[0], 0));
  EXPECT_EQ(router.fixed.rtm_dst_len, 0);
  EXPECT_EQ(router.fixed.rtm_scope, RT_SCOPE_UNIVERSE);
  EXPECT_EQ(FindAttribute(router.Attributes(), RTA_DST), std::nullopt);
  EXPECT_EQ(FindAttribute(router.Attributes(), RTA_GATEWAY), "\x0a\x01\x02\x01");
  EXPECT_EQ(FindAttribute(router.Attributes(), RTA_OIF), std::nullopt);
  const Parts<rtmsg> device(RouteRequest(routes[1], 7));
  EXPECT_EQ(device.fixed.rtm_family, AF_INET6);
  EXPECT_EQ(device.fixed.rtm_scope, RT_SCOPE_LINK);
  EXPECT_EQ(NumberOf(device.Attributes(), RTA_OIF), 7);
  EXPECT_EQ(NumberOf(device.Attributes(), RTA_PRIORITY), 5);
}

TEST(Devices, AreKnownByIndexMacAddressAndKind) {
  Request answer(RTM_NEWLINK, 0, AboutDevice(7));
  answer.Add(IFLA_ADDRESS, "sixsix").Begin(IFLA_LINKINFO).AddText(IFLA_INFO_KIND, "bridge").End();
  const Device device = ReadDevice(answer.Finish(1).substr(sizeof(nlmsghdr)));
  EXPECT_EQ(device.index, 7);
  EXPECT_EQ(device.mac, "sixsix");
  EXPECT_EQ(device.kind, "bridge");
  EXPECT_EQ(ReadDevice("short").index, 0);
}

}  // namespace
}  // namespace slipway::network
