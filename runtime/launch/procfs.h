// A procfs for a container that joins a pid namespace. It shows the processes of the namespace that
// its maker is in, and none of the runtime is in there; so it is made ahead, as a context of
// fsopen(2).
//
// Since Linux 6.17 the namespace is an option of it. Before, somebody has to be in there for a
// moment, whom its processes may trace: slipway-init, executed at an empty root, in namespaces of
// its own, without rights outside of them, and with nothing open but a socket.

#ifndef SLIPWAY_RUNTIME_LAUNCH_PROCFS_H_
#define SLIPWAY_RUNTIME_LAUNCH_PROCFS_H_

#include "runtime/launch/plan.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// In the host, before the clone. An invalid one where the plan joins no pid namespace.
Result<sys::Fd> PrepareProcfs(const Plan& plan);

// The two ways to it, of the pid namespace that the plan joins.
Result<sys::Fd> ProcfsByOption(const Plan& plan);
Result<sys::Fd> ProcfsByHelper(const Plan& plan);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_PROCFS_H_
