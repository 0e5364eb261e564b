#include "plugins/network/uplink.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "plugins/network/helper.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/system_program.h"

namespace slipway::network {
namespace {

constexpr char kPasta[] = "pasta";
constexpr char kSlirp4netns[] = "slirp4netns";
constexpr char kTun[] = "/dev/net/tun";
constexpr char kDevice[] = "eth0";  // in the container
constexpr char kInput[] = "/proc/self/fd/0";

// pasta(1), --tcp-ports: "127.0.0.1/2222:22".
std::string PortForPasta(const Port& port) {
  const std::string address = port.address.empty() ? "" : port.address + "/";
  return address + std::to_string(port.outside) + ":" + std::to_string(port.inside);
}

Status CheckTun() {
  if (access(kTun, R_OK | W_OK) == 0) return Ok();
  return NotHere(
      Error(errno, "use", kTun, "the device for networks that a program makes").Option("uplink"),
      errno == ENOENT ? "have root load the module tun" : "have root give it the mode 0666");
}

// Of the user namespace that the container has for itself; "": it has the runtime's.
Result<std::string> UserNamespaceOf(pid_t child) {
  std::string path = "/proc/" + std::to_string(child) + "/ns/user";
  ASSIGN_OR_RETURN(const sys::Fd file, sys::Open(path, O_RDONLY));
  ASSIGN_OR_RETURN(const sys::NamespaceId theirs, sys::IdentifyNamespace(file.get()));
  ASSIGN_OR_RETURN(const sys::NamespaceId own, sys::OwnNamespace(CLONE_NEWUSER));
  return theirs == own ? std::string() : path;
}

}  // namespace

Status Uplink::Configure(UplinkKind kind, const std::vector<std::string>& ports) {
  kind_ = kind;
  ASSIGN_OR_RETURN(ports_, ParsePorts(ports));
  if (!ports_.empty() && kind_ == UplinkKind::kSlirp4netns) {
    return Error("cannot forward ports", {}, "slirp4netns forwards none here: take uplink: pasta")
        .Option("ports");
  }
  return Ok();
}

Status Uplink::Probe() {
  if (!IsWanted()) return Ok();
  const bool any = kind_ == UplinkKind::kAuto;
  if (any || kind_ == UplinkKind::kPasta) {
    path_ = sys::FindSystemProgram(kPasta);
    if (!path_.empty()) kind_ = UplinkKind::kPasta;
  }
  if (path_.empty() && (any ? ports_.empty() : kind_ == UplinkKind::kSlirp4netns)) {
    path_ = sys::FindSystemProgram(kSlirp4netns);
    if (!path_.empty()) kind_ = UplinkKind::kSlirp4netns;
  }
  if (!path_.empty()) return CheckTun();
  const bool slirp = kind_ == UplinkKind::kSlirp4netns;
  return NotHere(Error(std::string("there is no ") + (slirp ? kSlirp4netns : kPasta), {},
                       "a program of the system's own, in /usr/bin, that connects the container")
                     .Option("uplink"),
                 slirp ? "apt-get install slirp4netns" : "apt-get install passt");
}

std::string Uplink::InWords() const {
  std::string words = IsSlirp4netns()              ? "by slirp4netns"
                      : kind_ == UplinkKind::kAuto ? "by pasta or slirp4netns"
                                                   : "by pasta";
  for (const Port& port : ports_) {
    words.append(", port ").append(std::to_string(port.outside)).append(" of ");
    words.append(port.address.empty() ? "the host" : port.address).append(" to ");
    words.append(std::to_string(port.inside)).append("/").append(port.protocol);
  }
  return words;
}

// Only what was asked for leads in, and nothing to the host's own loopback: pasta's defaults are
// others. In the foreground it keeps its pid.
std::vector<std::string> Uplink::PastaWords() const {
  std::vector<std::string> words = {kPasta,        "--foreground", "--quiet",     "--config-net",
                                    "--ns-ifname", kDevice,        "--no-map-gw", "--tcp-ns",
                                    "none",        "--udp-ns",     "none"};
  bool tcp = false;
  bool udp = false;
  for (const Port& port : ports_) {
    const bool is_udp = port.protocol == "udp";
    (is_udp ? udp : tcp) = true;
    words.insert(words.end(), {is_udp ? "--udp-ports" : "--tcp-ports", PortForPasta(port)});
  }
  if (!tcp) words.insert(words.end(), {"--tcp-ports", "none"});
  if (!udp) words.insert(words.end(), {"--udp-ports", "none"});
  // It would become "nobody", who may not enter the namespaces.
  if (geteuid() == 0) words.insert(words.end(), {"--runas", "0:0"});
  words.insert(words.end(), {"--pid", "/proc/self/fd/1", "--netns", kInput});
  return words;
}

// The program gets the network namespace by its standard input: as root it gives up the right to
// look into the child before it enters it.
Status Uplink::PostClone(ParkedChild& child) const {
  if (!IsWanted()) return Ok();
  ASSIGN_OR_RETURN(const std::string user, UserNamespaceOf(child.pid()));
  ASSIGN_OR_RETURN(const sys::Fd net,
                   sys::Open("/proc/" + std::to_string(child.pid()) + "/ns/net", O_RDONLY));
  Helper helper{.path = path_, .words = {}, .input = net.get()};
  if (IsSlirp4netns()) {
    helper.ready = 3;
    helper.ignore_pipe = true;
    helper.words = {kSlirp4netns, "--configure", "--ready-fd=3", "--disable-host-loopback",
                    "--netns-type=path"};
    if (!user.empty()) helper.words.push_back("--userns-path=" + user);
    helper.words.insert(helper.words.end(), {kInput, kDevice});
  } else {
    helper.words = PastaWords();
    if (user.empty()) {
      helper.words.emplace_back("--netns-only");
    } else {
      helper.words.insert(helper.words.end(), {"--userns", user});
    }
  }
  Status status = StartHelper(helper, child);
  return status.ok() ? Ok() : Status(status.error().Option("uplink"));
}

}  // namespace slipway::network
