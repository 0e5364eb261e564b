// The containers that there are, for people and for programs.

#ifndef SLIPWAY_RUNTIME_CLI_CONTAINERS_H_
#define SLIPWAY_RUNTIME_CLI_CONTAINERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::cli {

struct ContainerRow {
  std::string id;
  std::string state;   // "creating", "created", "running", "paused", "stopped" or "dead"
  int64_t pid = 0;     // of the container's first process, as this machine numbers it; 0: none
  int64_t since = 0;   // nanoseconds since 1970
  std::string config;  // path
  std::string command = {};             // as a person would read it; empty: not known
  std::string log = {};                 // path; empty: there is none
  std::optional<int> exit_status = {};  // of one that has stopped
  bool timed_out = false;               // its time was up
};

// A table with a line of headings; times are local; a dead one with a pid is still running. The
// last line says whose containers these are. owner: the user's name. folder: where their state is.
std::string ContainersAsTable(const std::vector<ContainerRow>& rows, const std::string& owner,
                              const std::string& folder);

// One line, an array: [{"id":"web","state":"running","pid":4711,"since":"2026-11-23T18:19:22Z",
// "config":"/etc/slipway/ubuntu.yaml","command":"bash","log":null,"exit_status":null,"timed_out":false}].
// What there is not is null; a dead container has a pid when its first process still lives.
std::string ContainersAsJson(const std::vector<ContainerRow>& rows);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_CONTAINERS_H_
