// Runs a program of the system's to its end, and hears what it says.

#ifndef SLIPWAY_RUNTIME_SYS_RUN_PROGRAM_H_
#define SLIPWAY_RUNTIME_SYS_RUN_PROGRAM_H_

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"

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

// It begins in "/", with no signal blocked, and has no descriptors but the standard ones. Fails
// when it cannot be started or waited for; a program that cannot be executed ends with 127.
Result<ProgramEnd> RunProgram(const Program& program, std::chrono::seconds patience);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_RUN_PROGRAM_H_
