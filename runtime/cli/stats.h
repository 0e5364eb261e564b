// What a container used and how it ended, as JSON for programs.

#ifndef SLIPWAY_RUNTIME_CLI_STATS_H_
#define SLIPWAY_RUNTIME_CLI_STATS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/error.h"

namespace slipway::cli {

// What a first-of came to.
struct Choice {
  std::string where;       // file:line:column of the first-of
  std::string taken = {};  // the stage, or "none"
  std::string at = {};     // where that stands
  // The stages before it, which do not work here, each with the reason.
  std::vector<std::pair<std::string, Error>> refused = {};
};

struct Stats {
  std::string id;
  std::string config;                     // the file that was taken; empty: none was found
  std::vector<std::string> extends = {};  // the configs that it extends, the nearest first
  // exited, signaled, timeout, out-of-memory, not-started; unknown until the end.
  std::string ended = "unknown";
  std::optional<int> status;  // that the runtime exits with
  std::optional<Error> error;
  std::string error_kind;  // of `error`: config, machine, command, start or runtime
  int64_t wall_ns = 0;
  int64_t cpu_user_ns = 0;
  int64_t cpu_system_ns = 0;
  int64_t max_rss_bytes = 0;  // of the largest process
  int64_t minor_faults = 0;
  int64_t major_faults = 0;
  std::vector<Choice> choices;
  // By stage and name, in the kernel's units.
  std::map<std::string, std::map<std::string, int64_t>> figures;
};

// One line, an object with all members of Stats: {"id":"web","config":"/etc/slipway/ubuntu.yaml",
// "ended":"exited","status":0,"error":null,"wall_ns":1510000,...,"first_of":[{"where":...,
// "taken":"cgroup-v1","at":...,"refused":[{"stage":"cgroup-v2","reason":...}]}],
// "stages":{"cgroup-v1":{"memory.peak":1048576}}}.
std::string StatsAsJson(const Stats& stats);

// {"id":"web","pid":4711,"status":"running"}, one line: what --info-fd gets.
std::string InfoAsJson(const std::string& id, int64_t pid);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_STATS_H_
