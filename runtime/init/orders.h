// What the host tells slipway-init, in a sealed memory file, and what slipway-init answers.

#ifndef SLIPWAY_RUNTIME_INIT_ORDERS_H_
#define SLIPWAY_RUNTIME_INIT_ORDERS_H_

#include <stdint.h>

namespace slipway::init {

// Where they are in the memory file: behind the program itself, which is executed from the same
// file unless that is forbidden.
inline constexpr uint64_t kOrdersAt = 4096;

// Where the init maps the file; its program is linked to another place. So the host can write down
// addresses, and the init has nothing to do.
inline constexpr uint64_t kMappedAt = 0x10000000;

// The texts, and arrays of pointers to them, follow it. The init's own arguments are its name, the
// descriptor of the file, and that of the channel.
struct Orders {
  uint64_t mask;         // of signals, which the command gets; as rt_sigprocmask(2) has it
  uint64_t arguments;    // an address in the mapped file, as execve(2) takes it
  uint64_t environment;  // likewise
  uint64_t name;         // the address of a text: of the command's file in `folder`; no symlink
  uint64_t path;         // likewise: of the command's file
  int32_t folder;        // a descriptor: the command's file lies in it
  uint32_t by_path;      // 1: a script, which its interpreter opens by `path`
  uint32_t joined;       // 1: a further process of a container: see init.cc
  uint32_t tied;         // 1, of such a one: it ends with the host
  uint32_t signal_all;   // 1: signals go to all processes, if the init is pid 1
  uint32_t waits;        // 1: for the start, at `listener`: see init.cc
  int32_t listener;      // a descriptor: a socket that listens
  uint32_t becomes;      // 1: it executes the command itself
};

enum class Step : uint32_t {
  kPrepare = 1,  // the orders could not be read
  kFork = 2,
  kExec = 3,
  kRunning = 4,  // none has failed: the command runs
  kWaiting = 5   // none has failed: it waits for the start
};

// What became of the command: one, by the channel, a socket. Without it the init, or the command's
// process, was killed before the command ran; one that executes the command itself says nothing
// when that works. One that waits for the start says so by the channel, and what becomes of the
// command to whoever starts it.
struct Answer {
  Step step;
  int32_t errno_value;  // of the step that has failed; 0 with kRunning
  int32_t pid;          // of a joined command's process, as the host sees it; 0: there is none
};

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_ORDERS_H_
