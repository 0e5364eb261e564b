// The processes of a running container, as its stages and its pid namespace tell of them.

#ifndef SLIPWAY_RUNTIME_COMMANDS_MEMBERS_H_
#define SLIPWAY_RUNTIME_COMMANDS_MEMBERS_H_

#include <sys/types.h>

#include <vector>

#include "runtime/commands/running.h"
#include "runtime/sdk/result.h"

namespace slipway::commands {

// Sorted; some may have ended meanwhile. Without a stage that knows, those of the first process's
// own pid namespace, or of one that it has joined: it and its descendants; without that too there
// is no telling, which is an error.
Result<std::vector<pid_t>> Members(Running& running);

// Sends the signal to each of them. A process is pinned by a pidfd and looked for again before it
// is sent one, so that none is hit that has its pid by now. SIGKILL is sent until none is left.
Status SignalMembers(Running& running, int signal);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_MEMBERS_H_
