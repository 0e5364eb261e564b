#include "plugins/network/inside.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cerrno>
#include <string>

#include "plugins/network/devices.h"

namespace slipway::network {

namespace {

Status BringUp(Socket& socket, const Interface& interface, const std::string& option) {
  ASSIGN_OR_RETURN(const auto device, FindDevice(socket, interface.name));
  if (!device) return Error(ENODEV, "set up the interface", interface.name).Option(option);
  for (size_t i = 0; i < interface.own.size(); ++i) {
    Status added = AddAddress(socket, device->index, interface.own[i], interface.addresses[i]);
    if (!added.ok()) return added.error().Option(Element(option + ".addresses", i));
  }
  Status up = socket.Do(Request(RTM_NEWLINK, 0, AboutDevice(device->index, IFF_UP)),
                        "bring up the interface", interface.name);
  return up.ok() ? Ok() : Status(up.error().Option(option));
}

Status AddRoute(Socket& socket, const Route& route, const std::string& option) {
  int index = 0;
  if (route.device) {
    ASSIGN_OR_RETURN(const auto device, FindDevice(socket, *route.device));
    if (!device) return Error(ENODEV, "add the route", route.to).Option(option);
    index = device->index;
  }
  Status added = socket.Do(RouteRequest(route, index), "add the route to", route.to);
  return added.ok() ? Ok() : Status(added.error().Option(option));
}

}  // namespace

Request RouteRequest(const Route& route, int device) {
  rtmsg info{};
  info.rtm_family = static_cast<uint8_t>(route.destination.family);
  info.rtm_dst_len = route.destination.prefix;
  info.rtm_table = RT_TABLE_MAIN;
  info.rtm_protocol = RTPROT_STATIC;
  info.rtm_scope = route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  info.rtm_type = RTN_UNICAST;
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, BytesOf(info));
  if (info.rtm_dst_len != 0) request.Add(RTA_DST, route.destination.bytes);
  if (route.gateway) request.Add(RTA_GATEWAY, route.gateway->bytes);
  if (device != 0) request.AddNumber(RTA_OIF, static_cast<uint32_t>(device));
  if (route.metric) request.AddNumber(RTA_PRIORITY, static_cast<uint32_t>(*route.metric));
  return request;
}

Status SetUpInside(const std::vector<Interface>& interfaces, const std::vector<Route>& routes) {
  if (interfaces.empty() && routes.empty()) return Ok();
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  for (size_t i = 0; i < interfaces.size(); ++i) {
    RETURN_IF_ERROR(BringUp(socket, interfaces[i], Element("interfaces", i)));
  }
  for (size_t i = 0; i < routes.size(); ++i) {
    RETURN_IF_ERROR(AddRoute(socket, routes[i], Element("routes", i)));
  }
  return Ok();
}

}  // namespace slipway::network
