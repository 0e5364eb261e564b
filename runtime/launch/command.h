// The last step in the child: from a finished container to the user's command.

#ifndef SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_
#define SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_

#include <signal.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::launch {

// Of a command that did not run.
inline constexpr int kNotExecutable = 126;
inline constexpr int kNotFound = 127;

struct Command {
  std::vector<std::string> args;         // args[0] is looked for in PATH when it has no '/'
  std::vector<std::string> environment;  // NAME=value
  std::string cwd;                       // inside the container
};

// A command as execve(2) takes it. Made before the clone: a child that shares its parent's memory
// leaves there what it allocates before its exec.
class Execution {
 public:
  // `command` outlives it.
  explicit Execution(const Command& command);

  // Goes to the command's folder, and sees to it that exec closes every descriptor above 2 but
  // `kept_fds`.
  Status Prepare(const std::vector<int>& kept_fds) const;

  // Sets the signal mask and executes the command. Returns only the error, whose exit status is
  // kNotFound or kNotExecutable. `executing` is true
  // while the command may begin to run.
  Error Run(const sigset_t& mask, std::atomic<bool>& executing) const;

 private:
  const Command& command_;
  std::string_view path_;
  std::vector<std::string> candidates_;
  std::vector<char*> args_;
  std::vector<char*> environment_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_
