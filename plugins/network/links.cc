#include "plugins/network/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <optional>

#include "plugins/network/devices.h"
#include "plugins/network/kept.h"
#include "plugins/network/parts.h"
#include "plugins/network/veth.h"

namespace slipway::network {

namespace {

// Rights are asked for first, then the kind, and then comes a number of queues that no device has:
// so nothing is made.
Request AskForKind(const std::string& kind) {
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
  const std::string kind = NameOf(type);
  const bool moves = type == Type::kDevice;
  ASSIGN_OR_RETURN(const Answer answer, socket.Ask(moves ? AskForRights() : AskForKind(kind)));
  if (answer.cause == EPERM) {
    return NotHere(Error("cannot change the network devices of the host", {},
                         "this needs CAP_NET_ADMIN in its network namespace"),
                   "run the runtime as root, or in a network of its own by unshare "
                   "--map-root-user --net");
  }
  if (moves && !CanKeep()) {
    return NotHere(
        Error("cannot move a device of the host and take it back", {},
              "this needs the right to mount something below /run, which keeps its network "
              "namespace"),
        "run the runtime as root");
  }
  if (answer.cause == EOPNOTSUPP) {
    return NotHere(Error("this kernel has no network devices of the kind", kind),
                   "load the module by modprobe " + kind + ", or take a kernel that has it");
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
    RETURN_IF_ERROR(MustFind(socket, *interface.parent, option + ".parent", kList));
  }
  if (interface.device) {
    RETURN_IF_ERROR(MustFind(socket, *interface.device, option + ".device", kList));
  }
  return Ok();
}

}  // namespace

Status ProbeInterfaces(const std::vector<Interface>& interfaces) {
  if (interfaces.empty()) return Ok();
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  for (size_t i = 0; i < interfaces.size(); ++i) {
    Status works = ProbeKind(socket, interfaces[i].type);
    if (!works.ok()) return works.error().Option(Element("interfaces", i));
    RETURN_IF_ERROR(ProbeNames(socket, interfaces[i], Element("interfaces", i)));
  }
  return Ok();
}

Status MakeInterfaces(const std::vector<Interface>& interfaces, ParkedChild& child) {
  if (interfaces.empty()) return Ok();
  RETURN_IF_ERROR(KeepForParts(interfaces, child));
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  for (size_t i = 0; i < interfaces.size(); ++i) {
    const Interface& interface = interfaces[i];
    RETURN_IF_ERROR(IsPart(interface)
                        ? MakePart(socket, interface, i, Element("interfaces", i), child.pid())
                        : MakeVeth(socket, interface, Element("interfaces", i), child));
  }
  return Ok();
}

Status UndoInterface(const std::vector<Interface>& interfaces, std::string_view record,
                     std::string_view container) {
  if (IsOfParts(record)) return UndoParts(interfaces, record, container);
  const std::optional<HostEnd> end = ReadHostEnd(record);
  if (!end) return Error("cannot read a record of a network device", record);
  ASSIGN_OR_RETURN(Socket socket, Socket::Open());
  return RemoveVeth(socket, *end);
}

}  // namespace slipway::network
