#include "plugins/network/devices.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace slipway::network {

Device ReadDevice(std::string_view message) {
  Device device;
  ifinfomsg info{};
  if (message.size() < sizeof(info)) return device;
  message.copy(reinterpret_cast<char*>(&info), sizeof(info));
  device.index = info.ifi_index;
  const std::string_view attributes = message.substr(NLMSG_ALIGN(sizeof(info)));
  device.mac = FindAttribute(attributes, IFLA_ADDRESS).value_or("");
  if (const auto link = FindAttribute(attributes, IFLA_LINKINFO)) {
    if (const auto kind = FindAttribute(*link, IFLA_INFO_KIND)) device.kind = TextOf(*kind);
  }
  return device;
}

std::string AboutDevice(int index, unsigned flags) {
  ifinfomsg info{};
  info.ifi_family = AF_UNSPEC;
  info.ifi_index = index;
  info.ifi_flags = flags;
  info.ifi_change = flags;
  return std::string(BytesOf(info));
}

Result<std::optional<Device>> FindDevice(Socket& socket, const std::string& name) {
  Request request(RTM_GETLINK, 0, AboutDevice(0));
  request.AddText(IFLA_IFNAME, name);
  ASSIGN_OR_RETURN(const Answer answer, socket.Ask(request));
  if (answer.cause == ENODEV) return std::optional<Device>();
  if (answer.cause != 0) {
    return Error(answer.cause, "look for the network device", name, answer.words);
  }
  return std::optional(ReadDevice(answer.found));
}

Request AddressRequest(int index, const Address& address) {
  ifaddrmsg info{};
  info.ifa_family = static_cast<uint8_t>(address.family);
  info.ifa_prefixlen = address.prefix;
  info.ifa_flags = address.family == AF_INET6 ? IFA_F_NODAD : 0;
  info.ifa_scope = RT_SCOPE_UNIVERSE;
  info.ifa_index = static_cast<uint32_t>(index);
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, BytesOf(info));
  request.Add(IFA_LOCAL, address.bytes).Add(IFA_ADDRESS, address.bytes);
  const std::string broadcast = BroadcastOf(address);
  if (!broadcast.empty()) request.Add(IFA_BROADCAST, broadcast);
  return request;
}

Status AddAddress(Socket& socket, int index, const Address& address, const std::string& text) {
  return socket.Do(AddressRequest(index, address), "add the address", text);
}

}  // namespace slipway::network
