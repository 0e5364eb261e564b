// What the kernel loads besides a program: the ELF loader that it names (PT_INTERP, elf(5)), or the
// program of a script's #! line (execve(2)). A hostile image names what it likes.

#ifndef SLIPWAY_RUNTIME_LAUNCH_INTERPRETER_H_
#define SLIPWAY_RUNTIME_LAUNCH_INTERPRETER_H_

#include <string>
#include <vector>

#include "runtime/sys/fd.h"

namespace slipway::launch {

struct Interpreters {
  bool script = false;             // the file is one: it begins with #!
  std::vector<std::string> paths;  // none, one, or of an ELF file that can be read in two ways: two
};

// Of a regular file that is open for reading. A file that the kernel would refuse, because it is
// damaged, names none. The kernel goes by e_machine, and by what its loaders have compiled in; so
// EI_CLASS, which it does not look at, is not believed here.
Interpreters InterpretersOf(const sys::Fd& file);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_INTERPRETER_H_
