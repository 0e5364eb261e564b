// What a cgroup stage would make, in words: of the same values that PreClone works with.

#ifndef SLIPWAY_PLUGINS_CGROUP_DESCRIBE_H_
#define SLIPWAY_PLUGINS_CGROUP_DESCRIBE_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/limits.h"
#include "plugins/cgroup/options.h"
#include "runtime/sdk/context.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup {

// The directory of the container's cgroup. id: of the container; where there is none yet and it is
// empty, "ID" stands for it.
std::string ContainerDirectory(const CgroupMount& mount, const std::string& parent,
                               std::string_view id);

// Tells of the cgroup at `directory`, of how the container gets into it, and of what is written to
// its files.
Status DescribeCgroup(const std::string& directory, const std::string& entered,
                      const std::vector<LimitWrite>& limits, Description& description);

// "/dev/null rwm, 8:* r; no others" of the option devices.
std::string DevicesText(const std::vector<DeviceRule>& rules);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_DESCRIBE_H_
