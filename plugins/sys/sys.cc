// /sys of the container's own network namespace, read-only: sysfs(5); and on it what the container
// may see of cgroups.

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugins/sys/cgroups.h"
#include "plugins/sys/delegate.h"
#include "plugins/sys/view.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/namespace.h"

namespace {

using slipway::Child;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
using sys_stage::Hierarchy;
namespace sys = slipway::sys;

constexpr char kFolder[] = "/sys";
constexpr char kOwnCgroups[] = "/proc/self/cgroup";
constexpr uint64_t kAttributes =
    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

enum class Cgroup { kAuto, kNone, kView, kWritable };

}  // namespace

template <>
inline constexpr std::array<const char*, 5> slipway::kNamesOf<Cgroup>{"auto", "none", "view",
                                                                      "writable", nullptr};

namespace {

class Sys final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Sys::cgroup_>(
        "cgroup",
        "What /sys/fs/cgroup is. view: the container's own cgroups, read-only; auto: the same, or "
        "nothing where it has none; writable: it may make cgroups below its own; none: nothing",
        {.fallback = "auto"}));
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_MOUNT, kFolder,
                                    "a new sysfs" + sys::AttributesText(kAttributes)));
    switch (cgroup_) {
      case Cgroup::kNone:
        return Ok();
      case Cgroup::kAuto:
        return description.Add(SLIPWAY_EFFECT_MOUNT, sys_stage::kCgroups,
                               "its own cgroups, where it has any, read-only");
      default:
        return description.Add(
            SLIPWAY_EFFECT_MOUNT, sys_stage::kCgroups,
            cgroup_ == Cgroup::kView ? "its own cgroups, read-only" : "its own cgroups");
    }
  }

  // Read in the child, it tells where the runtime is as the container's cgroup namespace has it.
  Status PreClone(Plan&) override {
    if (cgroup_ == Cgroup::kNone) return Ok();
    const auto own = sys::OwnNamespace(CLONE_NEWCGROUP);
    if (own.ok()) namespace_ = *own;
    runtimes_ = sys::Fd(open(kOwnCgroups, O_RDONLY | O_CLOEXEC));
    return cgroup_ == Cgroup::kWritable ? delegate_.Prepare() : Ok();
  }

  // A root filesystem is not trusted: a /sys that is a symlink would put it elsewhere.
  Status InChild(Child& child) override {
    bool bound = false;
    ASSIGN_OR_RETURN(const sys::Fd mount, MakeSysfs(child, bound));
    RETURN_IF_ERROR(child.Attach(mount.get(), {kFolder}, SLIPWAY_ATTACH_NO_SYMLINKS));
    Status status = MountCgroups(child, bound);
    delegate_.Dismiss();
    return status.ok() ? Ok() : Status(status.error().Option("cgroup"));
  }

 private:
  // In a user namespace the kernel makes one only for a network namespace that it owns; the
  // machine's shows the same then. What lies on that cannot be left out: mount_namespaces(7).
  static Result<sys::Fd> MakeSysfs(Child& child, bool& bound) {
    auto sysfs = sys::NewMount("sysfs", {}, kAttributes);
    bound = !sysfs.ok() && sysfs.error()->errno_value == EPERM;
    if (!bound) return sysfs;
    child.Info(
        "shows the machine's /sys, read-only: in a user namespace one of its own takes a network "
        "namespace of its own");
    ASSIGN_OR_RETURN(sys::Fd tree, sys::CloneTree(kFolder, /*recursive=*/true));
    RETURN_IF_ERROR(sys::AddAttributes(tree, kAttributes, /*recursive=*/true, kFolder));
    return tree;
  }

  // bound: /sys is the machine's, with its cgroups.
  Status MountCgroups(Child& child, bool bound) const {
    if (cgroup_ != Cgroup::kNone) {
      Status status = TryView(child);
      // Without an errno: there is nothing to show.
      if (status.ok() || cgroup_ != Cgroup::kAuto || status.error()->errno_value != 0)
        return status;
      child.Info(std::string(sys_stage::kCgroups) + " is empty: " + status.error()->operation +
                 " (" + status.error()->hint + ")");
    }
    return bound ? sys_stage::MountNothing(child) : Ok();
  }

  Status TryView(Child& child) const {
    const auto now = sys::OwnNamespace(CLONE_NEWCGROUP);
    if (!now.ok() || *now == namespace_ || !runtimes_.valid()) {
      return Error("cannot show the container's own cgroups", {},
                   "it has no cgroup namespace of its own: add the stage cgroup-namespace");
    }
    ASSIGN_OR_RETURN(const std::string own, sys::ReadFile(kOwnCgroups));
    ASSIGN_OR_RETURN(const std::string runtimes, sys::ReadFile(runtimes_, kOwnCgroups));
    const std::vector<Hierarchy> hierarchies = sys_stage::OwnHierarchies(own, runtimes);
    if (hierarchies.empty()) {
      return Error("cannot show the container's own cgroups", {},
                   "it has none, and is in those of the runtime: add cgroup-v2 or cgroup-v1");
    }
    return sys_stage::MountView(child, hierarchies,
                                cgroup_ == Cgroup::kWritable ? &delegate_ : nullptr);
  }

  Cgroup cgroup_ = Cgroup::kAuto;
  sys::NamespaceId namespace_;  // the runtime's cgroup namespace
  sys::Fd runtimes_;            // the runtime's /proc/self/cgroup
  sys_stage::Delegate delegate_;
};

}  // namespace

SLIPWAY_STAGE(Sys, {.name = "sys",
                    .summary = "A read-only /sys, of its network namespace",
                    .privileges = SLIPWAY_ROOT_OR_USERNS,
                    .provides = {"sysfs"},
                    .requires_ = {"mount-namespace"},
                    .after = {"root"}});
