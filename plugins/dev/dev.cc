// A /dev of its own: a tmpfs with the harmless devices, terminals (devpts), shared memory and
// message queues. As the default devices and filesystems of the OCI runtime specification,
// config-linux.md.

#include <linux/mount.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/dev/node.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"

namespace {

using slipway::Bytes;
using slipway::Child;
using slipway::ContainerPath;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::HostPath;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
using slipway::dev_stage::Node;
namespace dev_stage = slipway::dev_stage;
namespace sys = slipway::sys;

using MountOptions = std::vector<std::pair<std::string, std::string>>;

constexpr char kFolder[] = "/dev";
constexpr uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
constexpr char kTerminalGroup[] = "5";  // "tty" of most distributions

// admin-guide/devices.txt of the kernel.
struct Standard {
  const char* name;
  unsigned major;
  unsigned minor;
};
constexpr std::array kDevices = {Standard{"null", 1, 3},    Standard{"zero", 1, 5},
                                 Standard{"full", 1, 7},    Standard{"random", 1, 8},
                                 Standard{"urandom", 1, 9}, Standard{"tty", 5, 0}};

struct Link {
  const char* name;
  const char* target;
};
constexpr std::array kLinks = {Link{"fd", "/proc/self/fd"}, Link{"stdin", "/proc/self/fd/0"},
                               Link{"stdout", "/proc/self/fd/1"}, Link{"stderr", "/proc/self/fd/2"},
                               Link{"ptmx", "pts/ptmx"}};
constexpr std::array kTaken = {"fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm", "mqueue"};

struct Device {
  HostPath source;
  ContainerPath target;

  static constexpr const char* kTextForm = "source:target";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Device::source>("source", "Device file of the host", {.required = true}),
        slipway::Option<&Device::target>("target",
                                         "Where it is in the container, below /dev; as on the host "
                                         "if absent"));
  }

  const std::string& Path() const { return target.path.empty() ? source.path : target.path; }
};

// Its name beneath /dev; empty: it is not there, or not written plainly.
std::string NameOf(const std::string& path) {
  const std::filesystem::path plain = std::filesystem::path(path).lexically_normal();
  if (plain.string() != path || !path.starts_with("/dev/") || path.ends_with('/')) return {};
  return path.substr(std::string_view("/dev/").size());
}

class Dev final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Dev::devices_>("devices", "Further devices of the host",
                                        {.short_name = "device"}),
        slipway::Option<&Dev::size_>("size", "Maximum size of files that are written to /dev",
                                     {.fallback = "64KiB", .minimum = 4096}),
        slipway::Option<&Dev::shm_size_>("shm_size", "Maximum size of shared memory, /dev/shm",
                                         {.fallback = "64MiB", .minimum = 4096}),
        slipway::Option<&Dev::mqueue_>(
            "mqueue", "Mount /dev/mqueue, which shows the message queues of the IPC namespace",
            {.fallback = "true"}));
  }

  Status Create(Context&) override {
    std::vector<std::string> names(kTaken.begin(), kTaken.end());
    for (const Standard& device : kDevices) names.emplace_back(device.name);
    for (size_t i = 0; i < devices_.size(); ++i) {
      const std::string name = NameOf(devices_[i].Path());
      if (name.empty()) {
        return Error("not below /dev", devices_[i].Path(),
                     "say its place in the container as target")
            .Option(slipway::Element("devices", i));
      }
      for (const std::string& other : names) {
        if (!(name + "/").starts_with(other + "/") && !(other + "/").starts_with(name + "/"))
          continue;
        return Error("taken", "/dev/" + name, "/dev/" + other + " is there already")
            .Option(slipway::Element("devices", i));
      }
      names.push_back(name);
    }
    return Ok();
  }

  Status Probe(Context&) override {
    nodes_.clear();
    for (const Standard& device : kDevices) {
      nodes_.push_back({.source = std::string(kFolder) + "/" + device.name,
                        .name = device.name,
                        .mode = S_IFCHR | 0666,
                        .number = makedev(device.major, device.minor)});
    }
    for (size_t i = 0; i < devices_.size(); ++i) {
      auto node = dev_stage::LookAt(devices_[i].source.path, NameOf(devices_[i].Path()));
      if (!node.ok()) return node.error().Option(slipway::Element("devices", i));
      nodes_.push_back(std::move(node).value());
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_MOUNT, kFolder,
                                    "an empty folder (tmpfs) with " + DeviceNames()));
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_MOUNT, "/dev/pts", "terminals of its own"));
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_MOUNT, "/dev/shm", "shared memory (tmpfs)"));
    if (!mqueue_) return Ok();
    return description.Add(SLIPWAY_EFFECT_MOUNT, "/dev/mqueue", "message queues");
  }

  Status InChild(Child& child) override {
    ASSIGN_OR_RETURN(const sys::Fd folder, MakeFolder(child));
    for (const Node& node : nodes_) {
      RETURN_IF_ERROR(dev_stage::MakeFolderOf(folder, node.name));
      RETURN_IF_ERROR(dev_stage::MakeNode(child, folder, node));
    }
    for (const Link& link : kLinks) {
      if (symlinkat(link.target, folder.get(), link.name) != 0) {
        return Error(errno, "make the link", std::string("/dev/") + link.name);
      }
    }
    RETURN_IF_ERROR(MountTerminals(child));
    auto shm = sys::NewMount("tmpfs", {{"mode", "1777"}, {"size", std::to_string(shm_size_.count)}},
                             kAttributes | MOUNT_ATTR_NODEV);
    if (!shm.ok()) return shm.error().Option("shm_size");
    RETURN_IF_ERROR(Attach(child, *shm, "/dev/shm"));
    return mqueue_ ? MountQueues(child) : Ok();
  }

 private:
  std::string DeviceNames() const {
    std::string names;
    for (const Standard& device : kDevices) {
      names.append(names.empty() ? "" : ", ").append(device.name);
    }
    for (const Device& device : devices_) names.append(", ").append(NameOf(device.Path()));
    return names;
  }

  static Status Attach(Child& child, const sys::Fd& mount, const char* path) {
    return child.Attach(mount.get(), {path}, SLIPWAY_ATTACH_NO_SYMLINKS | SLIPWAY_ATTACH_FRESH);
  }

  Result<sys::Fd> MakeFolder(Child& child) const {
    ASSIGN_OR_RETURN(
        sys::Fd mount,
        sys::NewMount("tmpfs", {{"mode", "0755"}, {"size", std::to_string(size_.count)}},
                      kAttributes));
    RETURN_IF_ERROR(Attach(child, mount, kFolder));
    return mount;
  }

  // A group that the user namespace does not have is EINVAL: terminals are their owner's alone
  // then.
  static Status MountTerminals(Child& child) {
    const auto mount = [](MountOptions options) {
      options.emplace_back("ptmxmode", "0666");
      // Of the machine's, of which there are some thousands for all containers.
      options.emplace_back("max", "256");
      return sys::NewMount("devpts", options, kAttributes);
    };
    auto terminals = mount({{"gid", kTerminalGroup}, {"mode", "0620"}});
    if (!terminals.ok() && terminals.error()->errno_value == EINVAL) {
      child.Info(
          std::string("terminals are their owner's alone: the user namespace has no group ") +
          kTerminalGroup + " (tty)");
      terminals = mount({{"mode", "0600"}});
    }
    if (!terminals.ok()) return std::move(terminals).status();
    return Attach(child, *terminals, "/dev/pts");
  }

  static Status MountQueues(Child& child) {
    auto queues = sys::NewMount("mqueue", {}, kAttributes | MOUNT_ATTR_NODEV);
    if (!queues.ok() && queues.error()->errno_value == EPERM) {
      child.Info(
          "leaves out /dev/mqueue: in a user namespace the kernel mounts it only with an IPC "
          "namespace of its own");
      return Ok();
    }
    if (!queues.ok()) return std::move(queues).status();
    return Attach(child, *queues, "/dev/mqueue");
  }

  std::vector<Device> devices_;
  Bytes size_;
  Bytes shm_size_;
  bool mqueue_ = true;
  std::vector<Node> nodes_;
};

}  // namespace

SLIPWAY_STAGE(Dev, {.name = "dev",
                    .summary = "A /dev of its own, with the harmless devices and terminals",
                    .privileges = SLIPWAY_ROOT_OR_USERNS,
                    .provides = {"dev"},
                    .requires_ = {"mount-namespace"},
                    .after = {"root"}});
