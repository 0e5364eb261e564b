// New limits for a cgroup in use.

#ifndef SLIPWAY_PLUGINS_CGROUP_UPDATE_H_
#define SLIPWAY_PLUGINS_CGROUP_UPDATE_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/limits.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup {

// What `now` has that `before` has not, in its order.
std::vector<LimitWrite> ChangedLimits(const std::vector<LimitWrite>& before,
                                      const std::vector<LimitWrite>& now);

// Each of `limits` has its file in one of the cgroups; else the error says that its controller is
// not there. For limits that one of several files holds, see LimitWrite::where_present.
Status CheckFiles(const std::vector<std::string>& directories,
                  const std::vector<LimitWrite>& limits);

// Writes those that have a file in the cgroup `directory`. One that the kernel refuses is tried
// again behind the others, which may have to come first; when it is refused then, all are put back
// to what the files held.
Status ChangeLimits(const std::string& directory, const std::vector<LimitWrite>& limits);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_UPDATE_H_
