// The small init that is pid 1 when a stage asks for one. It reaps orphans, passes signals on to
// the command, and ends with the command's status. A command that is pid 1 itself has the
// kernel's special rules for pid 1 to live with (pid_namespaces(7)); below this init it does not.

#ifndef SLIPWAY_RUNTIME_LAUNCH_INIT_H_
#define SLIPWAY_RUNTIME_LAUNCH_INIT_H_

#include <signal.h>
#include <sys/types.h>

namespace slipway::launch {

// Runs until `command`, a child, has ended; `signals` are blocked. Ends this process with the
// command's exit status, or 128 + N for signal N.
[[noreturn]] void RunInit(pid_t command, const sigset_t& signals);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_INIT_H_
