#include "plugins/network/veth.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/random.h>

#include <cerrno>

#include "plugins/network/devices.h"

namespace slipway::network {

namespace {

constexpr std::string_view kRecord = "veth ";

// A bridge takes the lowest address of its ports as its own: with this in front it is none of ours.
constexpr char kHighest = '\xfe';

Result<HostEnd> ChooseHostEnd(const Interface& interface) {
  unsigned char chance[9];
  if (getrandom(chance, sizeof(chance), 0) != static_cast<ssize_t>(sizeof(chance))) {
    return Error(errno, "make up the name of a network device");
  }
  std::string name = "veth";
  for (size_t i = 5; i < sizeof(chance); ++i) {
    for (const int digit : {chance[i] >> 4, chance[i] & 15}) name += "0123456789abcdef"[digit];
  }
  return HostEnd{interface.host_name.value_or(name), kHighest + std::string(chance, chance + 5)};
}

// The host's end is there: a name for people, its bridge, up.
Status SetUpHostEnd(Socket& socket, const Interface& interface, const std::string& option,
                    const Device& device, const HostEnd& end, std::string_view container) {
  Request request(RTM_NEWLINK, 0, AboutDevice(device.index, IFF_UP));
  request.AddText(IFLA_IFALIAS, "container " + std::string(container));
  RETURN_IF_ERROR(socket.Do(request, "bring up the network device", end.name));
  if (interface.bridge) {
    ASSIGN_OR_RETURN(const auto bridge, FindDevice(socket, *interface.bridge));
    const int index = bridge ? bridge->index : 0;
    Request join(RTM_NEWLINK, 0, AboutDevice(device.index));
    join.AddNumber(IFLA_MASTER, static_cast<uint32_t>(index));
    Status joined = index != 0 ? socket.Do(join, "make a port of the bridge", *interface.bridge)
                               : Error(ENODEV, "make a port of the bridge", *interface.bridge);
    if (!joined.ok()) return joined.error().Option(option + ".bridge");
  }
  for (size_t i = 0; i < interface.host.size(); ++i) {
    Status added = AddAddress(socket, device.index, interface.host[i], interface.host_addresses[i]);
    if (!added.ok()) {
      return added.error().Option(Element(option + ".host_addresses", i));
    }
  }
  return Ok();
}

}  // namespace

std::string RecordOf(const HostEnd& end) {
  return std::string(kRecord) + end.name + " " + MacText(end.mac);
}

std::optional<HostEnd> ReadHostEnd(std::string_view record) {
  if (record.substr(0, kRecord.size()) != kRecord) return std::nullopt;
  record.remove_prefix(kRecord.size());
  const size_t blank = record.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  auto mac = ParseMac(std::string(record.substr(blank + 1)));
  if (!mac.ok()) return std::nullopt;
  return HostEnd{std::string(record.substr(0, blank)), std::move(mac).value()};
}

Request VethRequest(const Interface& interface, const HostEnd& end, pid_t pid) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, AboutDevice(0));
  request.AddText(IFLA_IFNAME, end.name).Add(IFLA_ADDRESS, end.mac);
  if (interface.mtu) request.AddNumber(IFLA_MTU, static_cast<uint32_t>(*interface.mtu));
  request.Begin(IFLA_LINKINFO).AddText(IFLA_INFO_KIND, "veth").Begin(IFLA_INFO_DATA);
  request.Begin(VETH_INFO_PEER, AboutDevice(0)).AddText(IFLA_IFNAME, interface.name);
  request.AddNumber(IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  if (!interface.mac_bytes.empty()) request.Add(IFLA_ADDRESS, interface.mac_bytes);
  if (interface.mtu) request.AddNumber(IFLA_MTU, static_cast<uint32_t>(*interface.mtu));
  return request.End().End().End();
}

Status MakeVeth(Socket& socket, const Interface& interface, const std::string& option,
                ParkedChild& child) {
  ASSIGN_OR_RETURN(const HostEnd end, ChooseHostEnd(interface));
  RETURN_IF_ERROR(child.RecordUndo(RecordOf(end)));
  Status made = socket.Do(VethRequest(interface, end, child.pid()), "make the veth pair", end.name);
  if (!made.ok()) return made.error().Option(option);
  ASSIGN_OR_RETURN(const auto device, FindDevice(socket, end.name));
  if (!device) return Error(ENODEV, "bring up the network device", end.name).Option(option);
  return SetUpHostEnd(socket, interface, option, *device, end, child.container_id());
}

Status RemoveVeth(Socket& socket, const HostEnd& end) {
  ASSIGN_OR_RETURN(const auto device, FindDevice(socket, end.name));
  if (!device || device->mac != end.mac) return Ok();
  ASSIGN_OR_RETURN(const Answer answer,
                   socket.Ask(Request(RTM_DELLINK, 0, AboutDevice(device->index))));
  if (answer.cause == 0 || answer.cause == ENODEV) return Ok();
  return Error(answer.cause, "remove the network device", end.name, answer.words);
}

}  // namespace slipway::network
