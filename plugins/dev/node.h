// Device files of the container's /dev.

#ifndef SLIPWAY_PLUGINS_DEV_NODE_H_
#define SLIPWAY_PLUGINS_DEV_NODE_H_

#include <sys/types.h>

#include <string>

#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"

namespace slipway::dev_stage {

struct Node {
  std::string source;  // of the host
  std::string name;    // beneath /dev
  mode_t mode = 0;     // S_IFCHR or S_IFBLK, with its permissions
  dev_t number = 0;
  uid_t user = 0;
  gid_t group = 0;
};

// What the host has at `source`, as `name`. Errors: it is not there, or not a device.
Result<Node> LookAt(const std::string& source, const std::string& name);

// Makes what is missing of the folder that `name` is in, beneath `folder`, with mode 0755.
Status MakeFolderOf(const sys::Fd& folder, const std::string& name);

// Makes the device file in `folder`, the root of the container's /dev. Where that takes rights that
// a user namespace does not give, EPERM of mknod(2), the host's file is bound there.
Status MakeNode(Child& child, const sys::Fd& folder, const Node& node);

}  // namespace slipway::dev_stage

#endif  // SLIPWAY_PLUGINS_DEV_NODE_H_
