// Programs of the system's own, which the runtime has run for it: newuidmap(1), pasta(1).

#ifndef SLIPWAY_RUNTIME_SYS_SYSTEM_PROGRAM_H_
#define SLIPWAY_RUNTIME_SYS_SYSTEM_PROGRAM_H_

#include <string>

namespace slipway::sys {

// A program that root alone may change, and this process may execute.
bool IsSystemProgram(const std::string& path);

// The path of the program of that name, in a folder of the system's and root's own, whatever the
// caller's PATH says; "": there is none.
std::string FindSystemProgram(const std::string& name);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_SYSTEM_PROGRAM_H_
