// What a container used, as JSON for programs; the only place that names Boost.JSON.

#ifndef SLIPWAY_RUNTIME_CLI_STATS_H_
#define SLIPWAY_RUNTIME_CLI_STATS_H_

#include <cstdint>
#include <map>
#include <string>

namespace slipway::cli {

// One line: {"id":"web","exit_status":0,"stages":{"cgroup-v1":{"memory.peak":1048576}}}.
// figures: by stage and name.
std::string StatsAsJson(const std::string& id, int exit_status,
                        const std::map<std::string, std::map<std::string, int64_t>>& figures);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_STATS_H_
