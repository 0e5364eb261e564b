// What is mounted besides the root, in its order.

#ifndef SLIPWAY_PLUGINS_MOUNT_FURTHER_H_
#define SLIPWAY_PLUGINS_MOUNT_FURTHER_H_

#include <cstddef>
#include <vector>

#include "plugins/mount/options.h"

namespace mount_stage {

struct Further {
  bool tmpfs;  // else a bind
  size_t index;
  size_t depth;  // of its target
};

// From the outside in, because a mount above another's target hides what was mounted there before.
std::vector<Further> OuterFirst(const std::vector<Bind>& binds, const std::vector<Tmpfs>& tmpfs);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_FURTHER_H_
