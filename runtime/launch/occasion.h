// For which container the hooks of stages are called, and why.

#ifndef SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_
#define SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_

#include <functional>
#include <string>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/error.h"
#include "runtime/state/contents.h"

namespace slipway::launch {

// Takes what a stage says to the user. May be empty.
using Log = std::function<void(slipway_log_level, const Error& line)>;

struct Occasion {
  slipway_operation operation = SLIPWAY_CHECK;
  const std::string* container_id = nullptr;  // or null: there is no container
  const Log* log = nullptr;                   // or null: nobody listens
  // What stages have kept, by the journal; or null.
  const std::vector<state::Entry>* entries = nullptr;
  const std::vector<std::string>* states = nullptr;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_
