// Where the hostile program and all around it run: namespaces and a cgroup of the test's own, which
// end with the test, whatever has come loose in them.

#ifndef SLIPWAY_TESTS_HOSTILE_CONTAINED_H_
#define SLIPWAY_TESTS_HOSTILE_CONTAINED_H_

#include <sys/types.h>

#include <functional>

namespace slipway::testing {

// What `run` has returned, in a child that is the first process of a PID namespace, with a mount,
// network, IPC and UTS namespace and a /proc of its own. For root; anybody else runs it as it is.
int RunContained(const std::function<int()>& run);

// A number that no other test has at the same time: in there, pids are those of its own namespace.
pid_t TestNumber();

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_HOSTILE_CONTAINED_H_
