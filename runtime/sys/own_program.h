// The file that this process executes.

#ifndef SLIPWAY_RUNTIME_SYS_OWN_PROGRAM_H_
#define SLIPWAY_RUNTIME_SYS_OWN_PROGRAM_H_

#include <sys/types.h>

#include <string>

namespace slipway::sys {

struct OwnProgram {
  std::string path;  // without symlinks; empty where it cannot be known
  dev_t device = 0;
  ino_t inode = 0;
};

// Of this process, found out once. By the path that it was executed by (AT_EXECFN of getauxval(3)),
// where that leads to a file with this program's build id: the kernel makes a folder in /proc for a
// process when somebody first looks into it, which takes as long as fifty other system calls. Else
// by /proc/self/exe: for a script's interpreter, say, or behind execveat(2).
const OwnProgram& ThisProgram();

// The two ways, for tests. execfn: AT_EXECFN, or null. An empty path: not that way.
OwnProgram ProgramByPath(const char* execfn);
OwnProgram ProgramByProcfs();

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_OWN_PROGRAM_H_
