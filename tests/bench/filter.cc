// Writes the default list of the stage `seccomp` to standard output, as the kernel takes it: for
// the sides of the row `sandbox` that are given one.

#include <unistd.h>

#include "plugins/seccomp/calls.h"

int main() {
  const size_t size = seccomp::DefaultProgramSize() * sizeof(*seccomp::DefaultProgram());
  return write(STDOUT_FILENO, seccomp::DefaultProgram(), size) == static_cast<ssize_t>(size) ? 0
                                                                                             : 1;
}
