// Runs a program of the system's to its end, and hears what it says.

#ifndef SLIPWAY_RUNTIME_SYS_RUN_PROGRAM_H_
#define SLIPWAY_RUNTIME_SYS_RUN_PROGRAM_H_

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

struct Program {
  std::string path;
  std::vector<std::string> words;        // behind its name, which is the path
  std::vector<std::string> environment;  // all of it
  int input = -1;                        // its standard input; -1: /dev/null
  int heard = STDERR_FILENO;  // the one of its descriptors that is heard; or STDOUT_FILENO
  // How much of that is kept. What comes behind it is dropped, or with too_much_ends is the end.
  size_t most = 0;
  bool too_much_ends = false;
};

struct ProgramEnd {
  bool in_time = false;  // false: it was killed
  std::string said;
  int status = 0;  // of waitpid(2)
};

// A program that has been started; it is killed with this object, if it has not ended.
class RunningProgram {
 public:
  // It begins in "/", with no signal blocked, and has no descriptors but the standard ones. One
  // that cannot be executed ends with 127. `program` must outlive the object.
  static Result<RunningProgram> Start(const Program& program);

  RunningProgram(RunningProgram&& other) noexcept;
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  RunningProgram& operator=(RunningProgram&&) = delete;
  ~RunningProgram();

  // Waits for its end, and kills it where that takes too long. Once.
  Result<ProgramEnd> Await(std::chrono::seconds patience);

 private:
  RunningProgram(const Program& program, pid_t pid, Fd output);

  const Program* program_;
  pid_t pid_;  // -1: it has ended
  Fd output_;
};

// Both.
Result<ProgramEnd> RunProgram(const Program& program, std::chrono::seconds patience);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_RUN_PROGRAM_H_
