// The user's command: what it is, where its program lies in the container, and its exec.

#ifndef SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_
#define SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/launch/identity.h"
#include "runtime/launch/process_plan.h"
#include "runtime/launch/program.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Of a command that did not run.
inline constexpr int kNotExecutable = 126;
inline constexpr int kNotFound = 127;

// Why execve(2) says EAGAIN.
inline constexpr char kTooManyThreads[] =
    "RLIMIT_NPROC is reached, which counts all threads of the command's user on the machine";

struct Command {
  std::vector<std::string> args;           // args[0] is looked for in PATH when it has no '/'
  std::vector<std::string> environment;    // NAME=value, as the user has set it
  std::vector<std::string> defaults = {};  // the same, where nobody sets it
  std::string cwd;                         // inside the container; empty: where nobody sets it, "/"
  // Descriptors of this process that become the command's standard input, output and errors; -1: it
  // has those of this process.
  int input = -1;
  int output = -1;
};

// The command with what the stages want of it, and with what follows of its user: null where that
// is not known, or nobody wants one. Then nothing is a default any more.
Command Merged(const Command& command, const ProcessPlan& plan, const Identity* identity);

// A command as execve(2) takes it. Made before the clone: a child that shares its parent's memory
// leaves there what it allocates before its exec.
class Execution {
 public:
  // command: Merged.
  explicit Execution(Command command);
  // The pointers that execve(2) takes lead into it.
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  const Command& command() const { return command_; }

  // Looks for the program, in the container's root: as execvp(3), in each folder of PATH where the
  // name has no '/'. The error's exit status is kNotFound or kNotExecutable. hostile: the root is
  // an image's, which must not have the runtime's own file executed.
  Result<Program> Find(bool hostile) const;

  // Of one that Find could not read: looks again, once this process may read more.
  Status FindOut(Program& program, bool hostile) const;

  // Executes what Find has found. Returns only the error, as that of Find. `executing` is true
  // while the command may begin to run.
  Error Run(const Program& program, std::atomic<bool>& executing) const;

 private:
  Command command_;
  FileId own_;
  std::string_view path_;
  std::vector<std::string> candidates_;
  std::vector<char*> args_;
  std::vector<char*> environment_;
};

// Of a file that execve(2) has refused with `cause`, or that cannot be one for it.
Error NotExecutable(int cause, const std::string& path);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_COMMAND_H_
