// The command runs, and the stages that want to know are told: by the host that started it, or by
// the process that started what was created before.

#ifndef SLIPWAY_RUNTIME_LAUNCH_STARTED_H_
#define SLIPWAY_RUNTIME_LAUNCH_STARTED_H_

#include <sys/types.h>

#include <vector>

#include "runtime/launch/channel.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

struct StartedCall {
  const Occasion& occasion;
  const std::vector<Stage>& stages;  // created
  Guard& guard;                      // which pauses
  state::Journal& journal;           // the container's
  pid_t pid;                         // of its first process
  const sys::Fd& pidfd;
};

// Is there a stage that wants to know?
bool HasStarted(const std::vector<Stage>& stages);

// Calls the Started hooks. passed: what InChild hooks have put aside for them; it is closed behind
// them.
Status CallStarted(const StartedCall& call, std::vector<Request> passed);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_STARTED_H_
