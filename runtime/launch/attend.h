// The command runs: from here to its end.

#ifndef SLIPWAY_RUNTIME_LAUNCH_ATTEND_H_
#define SLIPWAY_RUNTIME_LAUNCH_ATTEND_H_

#include <sys/types.h>

#include <functional>

#include "runtime/launch/await.h"
#include "runtime/launch/container.h"
#include "runtime/launch/outcome.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/supervisor.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

struct Attendance {
  Supervision supervision;
  // Called first, with the process as the host sees it; when it fails, the process is ended, and
  // this is the error. May be empty.
  std::function<Status(pid_t)> started = {};
};

// Passes signals on, relays the terminal that `began` may hold, and waits for the end of `process`.
// Returns the runtime's exit status, and says in `outcome` what became of it.
Result<int> Attend(const Attendance& attendance, Container& process, Began& began,
                   Outcome& outcome);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_ATTEND_H_
