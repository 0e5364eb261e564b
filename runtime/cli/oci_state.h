// The state of a container as the OCI runtime specification has it ("State" of its runtime.md), for
// hooks and for whatever else reads it.

#ifndef SLIPWAY_RUNTIME_CLI_OCI_STATE_H_
#define SLIPWAY_RUNTIME_CLI_OCI_STATE_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace slipway::cli {

struct OciState {
  std::string id;
  const char* status = "";                    // creating, created, running, paused, stopped
  pid_t pid = 0;                              // of the first process, as seen here; below 1: none
  std::string bundle;                         // absolute
  std::vector<std::string> annotations = {};  // NAME=VALUE
};

// {"ociVersion":"1.0.2","id":"web","status":"running","pid":4758,"bundle":"/srv","annotations":
// {"org.example.team":"web"}}, without a newline. No pid and no annotations: no such field.
std::string OciStateAsJson(const OciState& state);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_OCI_STATE_H_
