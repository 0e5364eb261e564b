// What the host tells slipway-init, in a sealed memory file, and what slipway-init answers.

#ifndef SLIPWAY_RUNTIME_INIT_ORDERS_H_
#define SLIPWAY_RUNTIME_INIT_ORDERS_H_

#include <stdint.h>

namespace slipway::init {

// Texts of the arguments, then those of the environment, follow it; each ends in NUL.
struct Orders {
  uint64_t mask;            // of signals, which the command gets; as rt_sigprocmask(2) has it
  int32_t channel;          // a socket: an Answer, or its end when the command runs
  int32_t folder;           // that the command's file lies in
  uint32_t argument_count;  // at least 1
  uint32_t environment_count;
  uint32_t by_path;  // 1: a script, which its interpreter opens by `path`
  uint32_t reserved;
  char name[256];   // of the command's file in `folder`; no symlink
  char path[4096];  // of the command's file
};

enum class Step : uint32_t { kFork = 1, kExec = 2 };

// Of a command that did not start.
struct Answer {
  Step step;
  int32_t errno_value;
};

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_ORDERS_H_
