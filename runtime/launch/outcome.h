// How the command of a container ended, or why it did not run.

#ifndef SLIPWAY_RUNTIME_LAUNCH_OUTCOME_H_
#define SLIPWAY_RUNTIME_LAUNCH_OUTCOME_H_

#include <sys/types.h>

#include <vector>

#include "runtime/launch/findings.h"
#include "runtime/launch/usage.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

struct Outcome {
  Result<int> exit_status;           // the container's; or the one error
  Findings findings = {};            // of a container that ran, and of one that failed to start
  std::vector<Error> warnings = {};  // of Report and Teardown; they do not change the status
  bool started = false;              // the command ran
  bool signaled = false;             // a signal ended it
  bool timed_out = false;            // its time was up
  pid_t waiting = 0;                 // of a container that has been created: its first process
  Usage usage = {};                  // of a container that was cloned
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_OUTCOME_H_
