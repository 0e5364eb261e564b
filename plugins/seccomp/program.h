// Makes a program of seccomp(2) from rules. Numbers of calls with the same rules that follow each
// other are one range, and the ranges a balanced tree: the program is short, which is what the
// kernel takes its time for when it is set, and each call passes some eight comparisons.

#ifndef SLIPWAY_PLUGINS_SECCOMP_PROGRAM_H_
#define SLIPWAY_PLUGINS_SECCOMP_PROGRAM_H_

#include <linux/filter.h>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/seccomp/rule.h"

namespace seccomp {

using Program = std::vector<sock_filter>;

// The calls of one architecture; two that share an AUDIT_ARCH_* are told apart by their numbers.
struct Architecture {
  uint32_t audit = 0;  // AUDIT_ARCH_* of linux/audit.h
  bool wide = true;    // are arguments 64 bits long?
  uint32_t first = 0;  // its numbers begin here
  bool in_use = true;  // else each call ends the process
  std::vector<std::pair<std::string_view, uint32_t>> calls;
};

// The program. Longer than BPF_MAXINSNS, the kernel does not take it. Of architectures with the
// same AUDIT_ARCH_* the one with the lower numbers comes first.
Program Compile(const Policy& policy, const std::vector<Architecture>& architectures);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_PROGRAM_H_
