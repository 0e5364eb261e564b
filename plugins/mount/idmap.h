// Whose the files of the root and of binds are, where the container has users of its own: idmapped
// mounts, mount_setattr(2), MOUNT_ATTR_IDMAP.

#ifndef SLIPWAY_PLUGINS_MOUNT_IDMAP_H_
#define SLIPWAY_PLUGINS_MOUNT_IDMAP_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/outside.h"

namespace mount_stage {

class Owners {
 public:
  // May this process map owners?
  static slipway::Status ProbeRights();

  // Do the filesystems at `path`, and below it if `recursive`, offer that? Tries it with a mount
  // that nobody sees.
  static slipway::Status ProbeFiles(const std::string& path, bool recursive);

  // In the host: what it takes.
  slipway::Status Prepare();

  // In the child: a file of user 0 on the disk is now the container's root's, and so on. The mount
  // must be detached.
  slipway::Status Map(const slipway::sys::Fd& mount, bool recursive, const std::string& path) const;

  // In the child, behind the last one.
  void Dismiss() const;

 private:
  slipway::sys::NamespaceId hosts_;  // user namespace
  slipway::sys::Outside outside_;    // who has the rights that the child no longer has
};

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_IDMAP_H_
