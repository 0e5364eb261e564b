// For which container the hooks of stages are called, and why.

#ifndef SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_
#define SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/error.h"
#include "runtime/state/contents.h"

namespace slipway::launch {

// Takes what a stage says to the user. May be empty.
using Log = std::function<void(slipway_log_level, const Error& line)>;

// Makes the JSON of slipway_host's oci_state. pid: of the container's first process, as the host
// sees it; below 1 where it is not known.
using OciState = std::function<std::string(state::Phase phase, pid_t pid)>;

struct Occasion {
  slipway_operation operation = SLIPWAY_CHECK;
  const std::string* container_id = nullptr;  // or null: there is no container
  state::Phase phase = state::Phase::kCreating;
  pid_t pid = 0;             // of a container that ran before
  const Log* log = nullptr;  // or null: nobody listens
  // What stages have kept, by the journal; or null.
  const std::vector<state::Entry>* entries = nullptr;
  const std::vector<std::string>* states = nullptr;
  const std::vector<std::string>* annotations = nullptr;  // NAME=VALUE; or null
  const OciState* oci_state = nullptr;                    // or null
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_
