// A container whose first process has ended for itself, and that is still there: the kernel lets
// pid 1 wait for every other process of its namespace, which it has killed. pid_namespaces(7)

#ifndef SLIPWAY_RUNTIME_LAUNCH_LINGERING_H_
#define SLIPWAY_RUNTIME_LAUNCH_LINGERING_H_

#include <sys/types.h>

#include <string>

namespace slipway::launch {

// What the end of the container waits for, for its user: which processes, and why they are still
// there. first: the first process.
std::string LingeringText(pid_t first);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_LINGERING_H_
