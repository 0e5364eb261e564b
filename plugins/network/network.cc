// A network of its own, in which only the loopback device is; or that of others:
// network_namespaces(7).

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "plugins/network/inside.h"
#include "plugins/network/interfaces.h"
#include "plugins/network/links.h"
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
        slipway::Option<&Network::loopback_>(
            "loopback", "Bring up the loopback device of a new one: 127.0.0.1 and ::1",
            {.fallback = "true"}),
        slipway::Option<&Network::interfaces_>(
            "interfaces", "Interfaces of a new one, besides loopback", {.fallback = "[]"}),
        slipway::Option<&Network::routes_>("routes", "Routes of a new one", {.fallback = "[]"}));
  }

  Status Create(Context&) override {
    if (!join_.path.empty() && !(interfaces_.empty() && routes_.empty())) {
      return Error("cannot change a network namespace that is joined", join_.path,
                   "give interfaces and routes to a new one, without join")
          .Option(interfaces_.empty() ? "routes" : "interfaces");
    }
    RETURN_IF_ERROR(network::CheckInterfaces(interfaces_));
    return network::CheckRoutes(routes_, interfaces_);
  }

  Status Probe(Context&) override {
    if (join_.path.empty()) return network::ProbeInterfaces(interfaces_);
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
    return Ok();
  }

  Status PreClone(Plan& plan) override {
    if (!file_.valid()) return plan.AddNamespaces(CLONE_NEWNET);
    Status joined = plan.JoinNamespace(file_.get(), CLONE_NEWNET);
    return joined.ok() ? Ok() : Status(joined.error().Option("join"));
  }

  Status PostClone(ParkedChild& child) override {
    return network::MakeInterfaces(interfaces_, child);
  }

  Status InChild(Child&) override {
    if (!join_.path.empty()) return Ok();
    if (loopback_) RETURN_IF_ERROR(BringLoopbackUp());
    return network::SetUpInside(interfaces_, routes_);
  }

  Status Teardown(std::string_view record, Context& context) override {
    return network::UndoInterface(interfaces_, record, context.container_id());
  }

 private:
  HostPath join_;
  bool loopback_ = true;
  std::vector<network::Interface> interfaces_;
  std::vector<network::Route> routes_;
  sys::Fd file_;  // of join_
};

}  // namespace

SLIPWAY_STAGE(Network, {.name = "network",
                        .summary = "Its own network, without the machine's devices",
                        .privileges = SLIPWAY_ROOT_OR_USERNS,
                        .after = {"user-namespace"}});
