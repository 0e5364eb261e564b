// Hands the calls that are to be answered by somebody else to that one: a connection to a unix
// socket, over which the listener of the filter goes, with the state of the container's process as
// the OCI runtime specification has it (`listenerPath`).

#ifndef SLIPWAY_PLUGINS_SECCOMP_LISTENER_H_
#define SLIPWAY_PLUGINS_SECCOMP_LISTENER_H_

#include <sys/types.h>

#include <string>

#include "plugins/seccomp/program.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace seccomp {

// Connects to whoever listens at the socket.
slipway::Result<slipway::sys::Fd> ConnectTo(const std::string& path);

// What goes along with the listener. state: of the container, in JSON. pid: of the process, as the
// host sees it; 0: the one in the state.
std::string ProcessState(const std::string& state, pid_t pid, const std::string& metadata);

// Sets the filter for this process, and sends its listener and `message` over the connection.
slipway::Status SetAndHandOver(const Program& program, uint32_t flags, int connection,
                               const std::string& message);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_LISTENER_H_
