#include "plugins/network/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <optional>

#include "plugins/network/devices.h"
#include "plugins/network/veth.h"

namespace network {

using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::ParkedChild;
using slipway::Result;
using slipway::Status;

namespace {

std::string OptionOf(size_t i) { return "interfaces[" + std::to_string(i) + "]"; }

const char* KindOf(Type type) { return slipway::kNamesOf<Type>[static_cast<size_t>(type)]; }

// Rights are asked for first, then the kind, and then comes a number of queues that no device has:
// so nothing is made.
Request AskForKind(const char* kind) {
  constexpr uint32_t kTooManyQueues = 1 << 20;
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, AboutDevice(0));
  request.AddNumber(IFLA_NUM_TX_QUEUES, kTooManyQueues);
  request.Begin(IFLA_LINKINFO).AddText(IFLA_INFO_KIND, kind).End();
  return request;
}

// A change of a device that is not there changes nothing.
Request AskForRights() {
  return Request(RTM_SETLINK, 0, AboutDevice(std::numeric_limits<int>::max()));
}

Status ProbeKind(Socket& socket, Type type) {
  const char* const kind = KindOf(type);
  const bool moves = type == Type::kDevice;
  ASSIGN_OR_RETURN(const Answer answer, socket.Ask(moves ? AskForRights() : AskForKind(kind)));
  if (answer.cause == EPERM) {
    return NotHere(Error("cannot change the network devices of the host", {},
                         "this needs CAP_NET_ADMIN in its network namespace"),
                   "run the runtime as root, or in a network of its own by unshare "
                   "--map-root-user --net");
  }
  if (answer.cause == EOPNOTSUPP) {
    return NotHere(
        Error("this kernel has no network devices of the kind", kind),
        std::string("load the module by modprobe ") + kind + ", or take a kernel that has it");
  }
  return Ok();
}

Result<Device> MustFind(Socket& socket, const std::string& name, const std::string& option,
                        const std::string& cure) {
  ASSIGN_OR_RETURN(const auto device, FindDevice(socket, name));
  if (device) return *device;
  return Error("no such network device on the host", name, cure).Option(option);
}

Status ProbeBridge(Socket& socket, const std::string& name, const std::string& option) {
  ASSIGN_OR_RETURN(
      const Device bridge,
      MustFind(socket, name, option, "make it by: ip link add " + name + " up type bridge"));
  if (bridge.kind == "bridge") return Ok();
  return Error("not a bridge", name, "ip link show type bridge lists those that there are")
      .Option(option);
}

// What it names on the host must be there, or must not.
Status ProbeNames(Socket& socket, const Interface& interface, const std::string& option) {
  constexpr char kList[] = "ip link lists those that there are";
  if (interface.host_name) {
    ASSIGN_OR_RETURN(const auto taken, FindDevice(socket, *interface.host_name));
    if (taken) {
      return Error("the host has a network device of that name already", *interface.host_name,
                   "choose another, or leave it out")
          .Option(option + ".host_name");
    }
  }
  if (interface.bridge) {
    RETURN_IF_ERROR(ProbeBridge(socket, *interface.bridge, option + ".bridge"));
  }
  if (interface.parent) {
    Status there =
        std::move(MustFind(socket, *interface.parent, option + ".parent", kList)).status();
    if (!there.ok()) return there;
  }
  if (interface.device) {
    ASSIGN_OR_RETURN(const Device device,
                     MustFind(socket, *interface.device, option + ".device", kList));
    if (!device.kind.empty()) {
      return Error("cannot move a device of the kind " + device.kind, *interface.device,
                   "it would end with the container's network namespace")
          .Option(option + ".device");
    }
  }
  return Ok();
}

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

// A part of `parent`, made where the child is. It goes with that network namespace.
Request PartRequest(const Interface& interface, int parent, pid_t pid) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, AboutDevice(0));
  request.AddText(IFLA_IFNAME, interface.name)
      .AddNumber(IFLA_LINK, static_cast<uint32_t>(parent))
      .AddNumber(IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  if (!interface.mac_bytes.empty()) request.Add(IFLA_ADDRESS, interface.mac_bytes);
  if (interface.mtu) request.AddNumber(IFLA_MTU, static_cast<uint32_t>(*interface.mtu));
  request.Begin(IFLA_LINKINFO).AddText(IFLA_INFO_KIND, KindOf(interface.type));
  request.Begin(IFLA_INFO_DATA);
  if (interface.type == Type::kMacvlan) {
    request.AddNumber(IFLA_MACVLAN_MODE, MacvlanMode(interface.mode.value_or(Mode::kBridge)));
  } else {
    request.Add(IFLA_IPVLAN_MODE, BytesOf(IpvlanMode(interface.mode.value_or(Mode::kL2))));
  }
  return request.End().End();
}

Status MakePart(Socket& socket, const Interface& interface, const std::string& option, pid_t pid) {
  ASSIGN_OR_RETURN(const Device parent,
                   MustFind(socket, *interface.parent, option + ".parent", ""));
  Status made = socket.Do(PartRequest(interface, parent.index, pid),
                          std::string("make a ") + KindOf(interface.type) + " of the device",
                          *interface.parent);
  return made.ok() ? Ok() : Status(made.error().Option(option));
}

Status MoveDevice(Socket& socket, const Interface& interface, const std::string& option,
                  pid_t pid) {
  ASSIGN_OR_RETURN(const Device device,
                   MustFind(socket, *interface.device, option + ".device", ""));
  Request request(RTM_NEWLINK, 0, AboutDevice(device.index));
  request.AddText(IFLA_IFNAME, interface.name);
  request.AddNumber(IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  Status moved = socket.Do(request, "move the network device", *interface.device);
  return moved.ok() ? Ok() : Status(moved.error().Option(option));
}

Status MakeInterface(Socket& socket, const Interface& interface, const std::string& option,
                     ParkedChild& child) {
  switch (interface.type) {
    case Type::kVeth:
      return MakeVeth(socket, interface, option, child);
    case Type::kDevice:
      return MoveDevice(socket, interface, option, child.pid());
    default:
      return MakePart(socket, interface, option, child.pid());
  }
}

}  // namespace

Status ProbeInterfaces(const std::vector<Interface>& interfaces) {
  if (interfaces.empty()) return Ok();
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  for (size_t i = 0; i < interfaces.size(); ++i) {
    Status works = ProbeKind(socket, interfaces[i].type);
    if (!works.ok()) return works.error().Option(OptionOf(i));
    RETURN_IF_ERROR(ProbeNames(socket, interfaces[i], OptionOf(i)));
  }
  return Ok();
}

Status MakeInterfaces(const std::vector<Interface>& interfaces, ParkedChild& child) {
  if (interfaces.empty()) return Ok();
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  for (size_t i = 0; i < interfaces.size(); ++i) {
    RETURN_IF_ERROR(MakeInterface(socket, interfaces[i], OptionOf(i), child));
  }
  return Ok();
}

Status UndoInterface(std::string_view record) {
  const std::optional<HostEnd> end = ReadHostEnd(record);
  if (!end) return Error("cannot read a record of a network device", record);
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  return RemoveVeth(socket, *end);
}

}  // namespace network
