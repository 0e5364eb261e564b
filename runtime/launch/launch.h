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
//
// The stages are asked for their findings when `want_figures`, or when the command ended badly:
// reading them takes time that every other start need not spend.
Outcome Launch(const std::string& id, const std::vector<Stage>& stages, const Command& command,
               bool want_figures);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_
