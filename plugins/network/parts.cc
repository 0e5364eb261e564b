#include "plugins/network/parts.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "plugins/network/devices.h"
#include "plugins/network/kept.h"
#include "runtime/sys/namespace.h"

namespace slipway::network {

namespace {

constexpr std::string_view kRecord = "kept ";
constexpr int kFirstIndex = 100;  // behind all that a new network namespace may have by itself

// Which network namespace this process is in, so that a device comes back to where it was.
Result<std::string> OwnNetwork() {
  ASSIGN_OR_RETURN(const sys::NamespaceId own, sys::OwnNamespace(CLONE_NEWNET));
  return std::to_string(own.inode);
}

bool IsWhole(const Interface& interface) { return interface.type == Type::kDevice; }

uint32_t MacvlanMode(Mode mode) {
  switch (mode) {
    case Mode::kPrivate:
      return MACVLAN_MODE_PRIVATE;
    case Mode::kVepa:
      return MACVLAN_MODE_VEPA;
    case Mode::kPassthru:
      return MACVLAN_MODE_PASSTHRU;
    default:
      return MACVLAN_MODE_BRIDGE;
  }
}

uint16_t IpvlanMode(Mode mode) {
  return mode == Mode::kL3 ? IPVLAN_MODE_L3 : mode == Mode::kL3s ? IPVLAN_MODE_L3S : IPVLAN_MODE_L2;
}

Result<int> IndexOf(Socket& socket, const std::string& name, const std::string& option) {
  ASSIGN_OR_RETURN(const auto device, FindDevice(socket, name));
  if (device) return device->index;
  return Error(ENODEV, "take the network device", name).Option(option);
}

// One that is not there any more, or was never made, is no error.
Status Remove(Socket& kept, size_t place, const std::string& name) {
  ASSIGN_OR_RETURN(const Answer answer,
                   kept.Ask(Request(RTM_DELLINK, 0, AboutDevice(IndexInside(place)))));
  if (answer.cause == 0 || answer.cause == ENODEV) return Ok();
  return Error(answer.cause, "remove the network device", name, answer.words);
}

Status GiveBack(Socket& kept, size_t place, const std::string& name, std::string_view from) {
  ASSIGN_OR_RETURN(const Answer there,
                   kept.Ask(Request(RTM_GETLINK, 0, AboutDevice(IndexInside(place)))));
  if (there.cause == ENODEV) return Ok();
  ASSIGN_OR_RETURN(const std::string own, OwnNetwork());
  if (own != from) {
    return Error("cannot give back the network device", name,
                 "it belongs to the network namespace net:[" + std::string(from) +
                     "]: call the runtime there");
  }
  // The kernel would move it all the same, under the name that the container has given it.
  ASSIGN_OR_RETURN(Socket host, Socket::Open());
  ASSIGN_OR_RETURN(const auto taken, FindDevice(host, name));
  if (taken) return Error(EEXIST, "give back the network device", name);
  return kept.Do(MoveRequest(IndexInside(place), name, 0, getpid()), "give back the network device",
                 name);
}

}  // namespace

int IndexInside(size_t place) { return kFirstIndex + static_cast<int>(place); }

Request PartRequest(const Interface& interface, size_t place, int parent, pid_t pid) {
  const bool macvlan = interface.type == Type::kMacvlan;
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, AboutDevice(IndexInside(place)));
  request.AddText(IFLA_IFNAME, interface.name)
      .AddNumber(IFLA_LINK, static_cast<uint32_t>(parent))
      .AddNumber(IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  if (!interface.mac_bytes.empty()) request.Add(IFLA_ADDRESS, interface.mac_bytes);
  if (interface.mtu) request.AddNumber(IFLA_MTU, static_cast<uint32_t>(*interface.mtu));
  request.Begin(IFLA_LINKINFO).AddText(IFLA_INFO_KIND, NameOf(interface.type));
  request.Begin(IFLA_INFO_DATA);
  if (macvlan) {
    request.AddNumber(IFLA_MACVLAN_MODE, MacvlanMode(interface.mode.value_or(Mode::kBridge)));
  } else {
    request.Add(IFLA_IPVLAN_MODE, BytesOf(IpvlanMode(interface.mode.value_or(Mode::kL2))));
  }
  return request.End().End();
}

Request MoveRequest(int index, const std::string& name, int new_index, pid_t pid) {
  Request request(RTM_NEWLINK, 0, AboutDevice(index));
  request.AddText(IFLA_IFNAME, name).AddNumber(IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  if (new_index != 0) request.AddNumber(IFLA_NEW_IFINDEX, static_cast<uint32_t>(new_index));
  return request;
}

Status KeepForParts(const std::vector<Interface>& interfaces, ParkedChild& child) {
  if (std::none_of(interfaces.begin(), interfaces.end(), IsPart)) return Ok();
  if (!CanKeep() && std::none_of(interfaces.begin(), interfaces.end(), IsWhole)) return Ok();
  ASSIGN_OR_RETURN(const std::string own, OwnNetwork());
  RETURN_IF_ERROR(child.RecordUndo(std::string(kRecord) + own));
  return Keep(child.pid(), child.container_id());
}

Status MakePart(Socket& socket, const Interface& interface, size_t place, const std::string& option,
                pid_t pid) {
  const bool whole = IsWhole(interface);
  const std::string& name = whole ? *interface.device : *interface.parent;
  ASSIGN_OR_RETURN(const int index,
                   IndexOf(socket, name, option + (whole ? ".device" : ".parent")));
  Status made = whole ? socket.Do(MoveRequest(index, interface.name, IndexInside(place), pid),
                                  "move the network device", name)
                      : socket.Do(PartRequest(interface, place, index, pid),
                                  "make a " + NameOf(interface.type) + " of the device", name);
  return made.ok() ? Ok() : Status(made.error().Option(option));
}

bool IsOfParts(std::string_view record) { return record.starts_with(kRecord); }

Status UndoParts(const std::vector<Interface>& interfaces, std::string_view record,
                 std::string_view container) {
  ASSIGN_OR_RETURN(std::optional<Socket> kept, OpenKept(container));
  for (size_t i = 0; kept && i < interfaces.size(); ++i) {
    if (!IsPart(interfaces[i])) continue;
    RETURN_IF_ERROR(IsWhole(interfaces[i])
                        ? GiveBack(*kept, i, *interfaces[i].device, record.substr(kRecord.size()))
                        : Remove(*kept, i, interfaces[i].name));
  }
  return Drop(container);
}

}  // namespace slipway::network
