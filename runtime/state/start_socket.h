// Where a container that has been created waits for its start: a socket in its folder, which only
// its user can reach. Its first process holds the listening end, so nothing of it can be seen
// inside the container.

#ifndef SLIPWAY_RUNTIME_STATE_START_SOCKET_H_
#define SLIPWAY_RUNTIME_STATE_START_SOCKET_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/state/root.h"
#include "runtime/sys/fd.h"

namespace slipway::state {

// The socket's name in its container's folder.
inline constexpr char kStartSocket[] = "start";

// By the host, before the container is cloned: the listening end, SOCK_SEQPACKET. The container's
// folder is there.
Result<sys::Fd> ListenForStart(const Root& root, const std::string& id);

// Has the container start: whoever listens takes that for the word. ECONNREFUSED: nobody listens
// any more.
Result<sys::Fd> ConnectForStart(const Root& root, const std::string& id);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_START_SOCKET_H_
