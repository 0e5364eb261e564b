// What the kernel loads besides a program: the ELF loader that it names (PT_INTERP, elf(5)), or the
// program of a script's #! line (execve(2)). A hostile image names what it likes.

#ifndef SLIPWAY_RUNTIME_LAUNCH_INTERPRETER_H_
#define SLIPWAY_RUNTIME_LAUNCH_INTERPRETER_H_

#include <string>

#include "runtime/sys/fd.h"

namespace slipway::launch {

struct Interpreter {
  bool script = false;  // the file is one: it begins with #!
  std::string path;     // empty: the file names none
};

// Of a regular file that is open for reading. A file that the kernel would refuse, because it is
// damaged, names none.
Interpreter InterpreterOf(const sys::Fd& file);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_INTERPRETER_H_
