// Which calls there are on the architectures of this kernel, and the default list: both are made by
// the build.

#ifndef SLIPWAY_PLUGINS_SECCOMP_CALLS_H_
#define SLIPWAY_PLUGINS_SECCOMP_CALLS_H_

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/seccomp/program.h"

namespace seccomp {

// An architecture that this kernel runs; the first is its own.
struct Kind {
  char oci[20];    // "SCMP_ARCH_X86_64"
  char docker[8];  // "amd64"
  uint32_t audit;
  bool wide;
  uint32_t first;
};

size_t KindCount();
const Kind& KindAt(size_t index);

// For Compile, in the order of kinds.
std::vector<Architecture> AllArchitectures();

bool IsKnown(std::string_view call);

// The known call that is written nearly so; or nothing.
std::string NearestCall(std::string_view call);

// The program of default_list.txt without a capability, for all architectures.
const sock_filter* DefaultProgram();
size_t DefaultProgramSize();

// That of one that refuses TIOCSTI, TIOCLINUX and TIOCSETD, and nothing else.
const sock_filter* TerminalProgram();
size_t TerminalProgramSize();

// The text of default_list.txt.
std::string_view DefaultList();

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_CALLS_H_
