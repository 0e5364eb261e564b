// The exit status of the runtime for the end of a process.

#ifndef SLIPWAY_RUNTIME_LAUNCH_EXIT_STATUS_H_
#define SLIPWAY_RUNTIME_LAUNCH_EXIT_STATUS_H_

#include <sys/wait.h>

namespace slipway::launch {

inline constexpr int kTimedOut = 124;       // process.timeout ended the command
inline constexpr int kRuntimeFailed = 125;  // the runtime itself failed
inline constexpr int kSignalBase = 128;

// From the status of waitpid(2): the exit status, or 128 + N for signal N.
inline int ExitStatusOf(int wait_status) {
  return WIFSIGNALED(wait_status) ? kSignalBase + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_EXIT_STATUS_H_
