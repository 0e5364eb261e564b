// Pausing a container by v1's freezer. The container gets its cgroup in that hierarchy when it is
// paused for the first time: a start does not pay for it.

#ifndef SLIPWAY_PLUGINS_CGROUP_V1_FREEZE_H_
#define SLIPWAY_PLUGINS_CGROUP_V1_FREEZE_H_

#include <string>
#include <string_view>

#include "runtime/sdk/result.h"
#include "runtime/sdk/stage.h"

namespace slipway::cgroup_v1 {

// For the hook Freeze: with the first record of a cgroup that was made, and for all of them.
// parent: the option.
Status Freeze(std::string_view record, const std::string& parent, bool frozen, Change& change);

}  // namespace slipway::cgroup_v1

#endif  // SLIPWAY_PLUGINS_CGROUP_V1_FREEZE_H_
