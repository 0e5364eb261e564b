// The life of a container, from checked stages to the exit status.

#ifndef SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_
#define SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_

#include <optional>
#include <string>
#include <vector>

#include "runtime/launch/command.h"
#include "runtime/launch/findings.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

struct Outcome {
  Result<int> exit_status;      // the container's; or the one error
  Findings findings;            // of a container that ran
  std::vector<Error> warnings;  // of Report and Teardown; they do not change the status
};

// Runs `command` in a container that `stages` build, waits for its end, and undoes what the
// stages did, whatever happens. The process must have a single thread.
Outcome Launch(const std::string& id, const std::vector<Stage>& stages, const Command& command);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_
