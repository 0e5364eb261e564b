// What the host tells slipway-init, in a sealed memory file, and what slipway-init answers.

#ifndef SLIPWAY_RUNTIME_INIT_ORDERS_H_
#define SLIPWAY_RUNTIME_INIT_ORDERS_H_

#include <stdint.h>

namespace slipway::init {

// It begins the memory file. Texts of the arguments, then those of the environment, follow it; each
// ends in NUL. The init's own arguments are its name, the descriptor of the file, and that of the
// channel.
struct Orders {
  uint64_t mask;            // of signals, which the command gets; as rt_sigprocmask(2) has it
  int32_t folder;           // a descriptor: the command's file lies in it
  uint32_t argument_count;  // at least 1
  uint32_t environment_count;
  uint32_t joined;   // 1: a further process of a container: see init.cc
  uint32_t tied;     // 1, of such a one: it ends with the host
  uint32_t by_path;  // 1: a script, which its interpreter opens by `path`
  char name[256];    // of the command's file in `folder`; no symlink
  char path[4096];   // of the command's file
};

enum class Step : uint32_t {
  kPrepare = 1,  // the orders could not be read
  kFork = 2,
  kExec = 3,
  kRunning = 4  // none has failed: the command runs
};

// What became of the command: one, by the channel, a socket. Without it the init, or the command's
// process, was killed before the command ran.
struct Answer {
  Step step;
  int32_t errno_value;  // of the step that has failed; 0 with kRunning
  int32_t pid;          // of a joined command's process, as the host sees it; 0: there is none
};

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_ORDERS_H_
