// A network of its own, in which only the loopback device is; or that of others:
// network_namespaces(7).

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/network/cni.h"
#include "plugins/network/helper.h"
#include "plugins/network/inside.h"
#include "plugins/network/interfaces.h"
#include "plugins/network/links.h"
#include "plugins/network/name_files.h"
#include "plugins/network/names.h"
#include "plugins/network/uplink.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace {

using slipway::Child;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::HostPath;
using slipway::Ok;
using slipway::ParkedChild;
using slipway::Plan;
using slipway::Status;
namespace network = slipway::network;
namespace sys = slipway::sys;

constexpr char kLoopback[] = "lo";

// netdevice(7). Its addresses, 127.0.0.1 and ::1, come with it.
Status BringLoopbackUp() {
  const sys::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Error(errno, "open a socket, to bring up", kLoopback);
  ifreq request{};
  std::strcpy(request.ifr_name, kLoopback);
  if (ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) {
    return Error(errno, "look at the network device", kLoopback);
  }
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    return Error(errno, "bring up the network device", kLoopback);
  }
  return Ok();
}

class Network final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Network::join_>(
            "join",
            "File of the network namespace to join, such as /run/netns/web or /proc/PID/ns/net; a "
            "new one if absent"),
        slipway::Option<&Network::host_>(
            "host", "Leave the container in the host's network, which is then said aloud",
            {.fallback = "false"}),
        slipway::Option<&Network::loopback_>(
            "loopback", "Bring up the loopback device of a new one: 127.0.0.1 and ::1",
            {.fallback = "true"}),
        slipway::Option<&Network::interfaces_>(
            "interfaces", "Interfaces of a new one, besides loopback", {.fallback = "[]"}),
        slipway::Option<&Network::routes_>("routes", "Routes of a new one", {.fallback = "[]"}),
        slipway::Option<&Network::uplink_kind_>(
            "uplink",
            "Program that connects a new one with the host's, also for users without rights: "
            "pasta, "
            "slirp4netns, or auto, which takes the first of these that is installed",
            {.fallback = "none"}),
        slipway::Option<&Network::cni_network_>(
            "cni",
            "Has the plugins of the Container Network Interface connect a new one: the path of a "
            "network's .conflist, or its name in /etc/cni/net.d. For root",
            {.fallback = ""}),
        slipway::Option<&Network::ports_>(
            "ports",
            "Ports forwarded to the container by uplink or cni, such as 8080:80, 127.0.0.1:2222:22 "
            "or [::1]:5000:53/udp: the host's address (all of them if absent) and port, the "
            "container's port",
            {.fallback = "[]", .short_name = "publish"}),
        slipway::Option<&Network::dns_>(
            "dns",
            "What /etc/resolv.conf says in the container; by default, with uplink or cni, what the "
            "host's says"),
        slipway::Option<&Network::hosts_>(
            "hosts", "Further names, and their addresses, for /etc/hosts in the container",
            {.fallback = "{}", .short_name = "add-host"}));
  }

  Status Create(Context&) override {
    RETURN_IF_ERROR(CheckOwn());
    RETURN_IF_ERROR(network::CheckInterfaces(interfaces_));
    RETURN_IF_ERROR(network::CheckRoutes(routes_, interfaces_));
    const bool has_uplink = uplink_kind_ != network::UplinkKind::kNone;
    const bool has_cni = !cni_network_.empty();
    if (host_ && (has_uplink || has_cni || !join_.path.empty())) {
      return Error("the host's network and another one", {},
                   "leave out host, or join, uplink and cni")
          .Option("host");
    }
    if (has_uplink && has_cni) {
      return Error("two ways to connect a network", {}, "leave one of uplink and cni out")
          .Option("cni");
    }
    if (!join_.path.empty() && (has_uplink || has_cni)) {
      return Error("cannot connect a network namespace that is joined", {},
                   "it is as those have made it who were there before: leave join out, or this")
          .Option(has_uplink ? "uplink" : "cni");
    }
    if (!ports_.empty() && !has_uplink && !has_cni) {
      return Error("cannot forward ports", {}, "without an uplink none are: add uplink: auto")
          .Option("ports");
    }
    if (dns_) RETURN_IF_ERROR(network::CheckDns(*dns_));
    RETURN_IF_ERROR(network::CheckHosts(hosts_));
    RETURN_IF_ERROR(cni_.Configure(cni_network_, ports_));
    return uplink_.Configure(uplink_kind_, ports_);
  }

  Status Probe(Context&) override {
    if (join_.path.empty()) {
      RETURN_IF_ERROR(network::ProbeInterfaces(interfaces_));
      RETURN_IF_ERROR(cni_.Probe());
      return uplink_.Probe();
    }
    auto file = sys::Open(join_.path, O_RDONLY | O_NONBLOCK);
    if (!file.ok()) return file.error().Option("join");
    const auto kind = sys::NamespaceKind(file->get());
    if (!kind.ok() || *kind != CLONE_NEWNET) {
      return Error("not a network namespace", join_.path,
                   "name a file such as /run/netns/web or /proc/PID/ns/net")
          .Option("join");
    }
    file_ = std::move(file).value();
    return Ok();
  }

  Status Describe(Description& description) override {
    if (host_) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "net", "the host's"));
      return network::DescribeNameFiles(Names(), description);
    }
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "net",
                                    !join_.path.empty() ? "joins " + join_.path
                                    : loopback_         ? "a new one, with loopback up"
                                                        : "a new one, with loopback down"));
    for (const network::Interface& interface : interfaces_) {
      RETURN_IF_ERROR(
          description.Add(SLIPWAY_EFFECT_OTHER, interface.name, network::Describe(interface)));
    }
    for (const network::Route& route : routes_) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_OTHER, route.to, network::Describe(route)));
    }
    if (uplink_.IsWanted()) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_OTHER, "uplink", uplink_.InWords()));
    }
    if (cni_.IsWanted()) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_OTHER, "cni", cni_.InWords()));
    }
    return network::DescribeNameFiles(Names(), description);
  }

  Status PreClone(Plan& plan) override {
    if (interfaces_.empty() && !cni_.IsWanted() && !uplink_.IsWanted()) {
      RETURN_IF_ERROR(plan.SkipPostClone());
    }
    if (host_) return Ok();
    if (!file_.valid()) return plan.AddNamespaces(CLONE_NEWNET);
    Status joined = plan.JoinNamespace(file_.get(), CLONE_NEWNET);
    return joined.ok() ? Ok() : Status(joined.error().Option("join"));
  }

  Status PostClone(ParkedChild& child) override {
    RETURN_IF_ERROR(network::MakeInterfaces(interfaces_, child));
    RETURN_IF_ERROR(cni_.PostClone(child));
    return uplink_.PostClone(child);
  }

  Status InChild(Child& child) override {
    if (!host_ && join_.path.empty()) {
      if (loopback_) RETURN_IF_ERROR(BringLoopbackUp());
      RETURN_IF_ERROR(network::SetUpInside(interfaces_, routes_));
    }
    return network::MakeNameFiles(Names(), child);
  }

  Status Teardown(std::string_view record, Context& context) override {
    if (record.starts_with(network::kHelperRecord)) return network::EndHelper(record);
    if (record.starts_with(network::kCniRecord) || record.starts_with(network::kCniResult))
      return network::TeardownCni(record, context);
    return network::UndoInterface(interfaces_, record, context.container_id());
  }

 private:
  // Interfaces and routes are for a new one.
  Status CheckOwn() const {
    if (interfaces_.empty() && routes_.empty()) return Ok();
    if (join_.path.empty() && !host_) return Ok();
    return Error("cannot change a network namespace that is joined", join_.path,
                 "give interfaces and routes to a new one, without join and host")
        .Option(interfaces_.empty() ? "routes" : "interfaces");
  }

  network::NameWishes Names() const {
    return {.dns = dns_,
            .hosts = hosts_,
            .connected = uplink_.IsWanted() || cni_.IsWanted(),
            .server = uplink_.NameServer()};
  }

  HostPath join_;
  bool host_ = false;
  bool loopback_ = true;
  std::vector<network::Interface> interfaces_;
  std::vector<network::Route> routes_;
  network::UplinkKind uplink_kind_ = network::UplinkKind::kNone;
  std::vector<std::string> ports_;
  std::string cni_network_;
  std::optional<network::Dns> dns_;
  network::Hosts hosts_;
  network::Uplink uplink_;
  network::Cni cni_;
  sys::Fd file_;  // of join_
};

}  // namespace

SLIPWAY_STAGE(Network, {.name = "network",
                        .summary = "Its own network, without the machine's devices",
                        .privileges = SLIPWAY_ROOT_OR_USERNS,
                        .after = {"user-namespace"}});
