// The last step in the child: from a finished container to the user's command.

#ifndef SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_
#define SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_

#include <signal.h>

#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::launch {

struct Command {
  std::vector<std::string> args;         // args[0] is looked for in PATH when it has no '/'
  std::vector<std::string> environment;  // NAME=value
  std::string cwd;                       // inside the container
};

// Goes to the command's folder, and sees to it that exec closes every descriptor above 2 but
// `kept_fds`.
Status PrepareExec(const Command& command, const std::vector<int>& kept_fds);

// Sets the signal mask and executes the command. Returns only the error, whose exit status is
// 127 when the command is not found and 126 when it cannot be executed.
Error Exec(const Command& command, const sigset_t& mask);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_
