// /sys of the container's own network namespace, read-only: sysfs(5).

#include <linux/mount.h>

#include <cerrno>

#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"

namespace {

using slipway::Child;
using slipway::Description;
using slipway::Result;
using slipway::Status;
namespace sys = slipway::sys;

constexpr char kFolder[] = "/sys";
constexpr uint64_t kAttributes =
    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// In a user namespace the kernel makes one only for a network namespace that it owns; the machine's
// shows the same then. What lies on that cannot be left out: mount_namespaces(7).
Result<sys::Fd> MakeSysfs(Child& child) {
  auto sysfs = sys::NewMount("sysfs", {}, kAttributes);
  if (sysfs.ok() || sysfs.error()->errno_value != EPERM) return sysfs;
  child.Info(
      "shows the machine's /sys, read-only: in a user namespace one of its own takes a network "
      "namespace of its own");
  ASSIGN_OR_RETURN(sys::Fd tree, sys::CloneTree(kFolder, /*recursive=*/true));
  RETURN_IF_ERROR(sys::AddAttributes(tree, kAttributes, /*recursive=*/true, kFolder));
  return tree;
}

class Sys final : public slipway::Stage {
 public:
  Status Describe(Description& description) override {
    return description.Add(SLIPWAY_EFFECT_MOUNT, kFolder,
                           "a new sysfs" + sys::AttributesText(kAttributes));
  }

  // A root filesystem is not trusted: a /sys that is a symlink would put it elsewhere.
  Status InChild(Child& child) override {
    ASSIGN_OR_RETURN(const sys::Fd mount, MakeSysfs(child));
    return child.Attach(mount.get(), {kFolder}, SLIPWAY_ATTACH_NO_SYMLINKS);
  }
};

}  // namespace

SLIPWAY_STAGE(Sys, {.name = "sys",
                    .summary = "A read-only /sys, of its network namespace",
                    .privileges = SLIPWAY_ROOT_OR_USERNS,
                    .provides = {"sysfs"},
                    .requires_ = {"mount-namespace"},
                    .after = {"root"}});
