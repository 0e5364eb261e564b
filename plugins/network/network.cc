// A network of its own, in which only the loopback device is; or that of others:
// network_namespaces(7).

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/network/helper.h"
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
        slipway::Option<&Network::uplink_kind_>(
            "uplink",
            "Program that connects a new one with the host's, also for users without rights: "
            "pasta, "
            "slirp4netns, or auto, which takes the first of these that is installed",
            {.fallback = "none"}),
        slipway::Option<&Network::ports_>(
            "ports",
            "Ports forwarded to the container by the uplink, such as 8080:80, 127.0.0.1:2222:22 or "
            "[::1]:5000:53/udp: the host's address (all of them if absent) and port, the "
            "container's port",
            {.fallback = "[]", .short_name = "publish"}));
  }

  Status Create(Context&) override {
    const bool has_uplink = uplink_kind_ != slipway::network::UplinkKind::kNone;
    if (!join_.path.empty() && has_uplink) {
      return Error("an uplink for a network namespace that is joined", {},
                   "leave one of join and uplink out")
          .Option("uplink");
    }
    if (!ports_.empty() && !has_uplink) {
      return Error("cannot forward ports", {}, "without an uplink none are: add uplink: auto")
          .Option("ports");
    }
    return uplink_.Configure(uplink_kind_, ports_);
  }

  Status Probe(Context&) override {
    if (join_.path.empty()) return uplink_.Probe();
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
                                                : "a new one, without any device that is up"));
    if (!uplink_.IsWanted()) return Ok();
    return description.Add(SLIPWAY_EFFECT_OTHER, "uplink", uplink_.InWords());
  }

  Status PreClone(Plan& plan) override {
    if (!file_.valid()) return plan.AddNamespaces(CLONE_NEWNET);
    Status joined = plan.JoinNamespace(file_.get(), CLONE_NEWNET);
    return joined.ok() ? Ok() : Status(joined.error().Option("join"));
  }

  Status PostClone(ParkedChild& child) override { return uplink_.PostClone(child); }

  Status InChild(Child&) override {
    return join_.path.empty() && loopback_ ? BringLoopbackUp() : Ok();
  }

  Status Teardown(std::string_view record, Context&) override {
    return slipway::network::EndHelper(record);
  }

 private:
  HostPath join_;
  bool loopback_ = true;
  slipway::network::UplinkKind uplink_kind_ = slipway::network::UplinkKind::kNone;
  std::vector<std::string> ports_;
  slipway::network::Uplink uplink_;
  sys::Fd file_;  // of join_
};

}  // namespace

SLIPWAY_STAGE(Network, {.name = "network",
                        .summary = "Its own network, without the machine's devices",
                        .privileges = SLIPWAY_ROOT_OR_USERNS,
                        .after = {"user-namespace"}});
