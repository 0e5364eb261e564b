// What the host tells slipway-init, in a sealed memory file, and what slipway-init answers. With a
// single argument, the descriptor of the channel, there are no orders: it makes a procfs.

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

// A program of seccomp(2), which the init takes on for itself and for the command.
struct FilterOrder {
  uint64_t flags;  // SECCOMP_FILTER_FLAG_*
  // As struct sock_fprog has them.
  uint16_t length;  // instructions
  uint16_t unused[3];
  uint64_t program;  // an address in the mapped file
};

// The texts, and arrays of pointers to them, follow it. The init's own arguments are its name and
// descriptors: of the file, of the channel, of the folder that the command's file lies in, and of
// the socket at which it waits for the start, or 0.
struct Orders {
  uint64_t mask;          // of signals, which the command gets; as rt_sigprocmask(2) has it
  uint64_t arguments;     // an address in the mapped file, as execve(2) takes it
  uint64_t environment;   // likewise
  uint64_t name;          // the address of a text: of the command's file in the folder; no symlink
  uint64_t path;          // likewise: of the command's file
  uint64_t filters;       // the address of FilterOrders
  uint64_t filter_count;  // of them
  uint32_t by_path;       // 1: a script, which its interpreter opens by `path`
  uint32_t joined;        // 1: a further process of a container: see init.cc
  uint32_t enters;        // 1: of a container's first process, which waits for the host's word
  uint32_t tied;          // 1, of either: that child ends with the host
  uint32_t terminal;      // 1: descriptor 0 is the terminal of a session that the command of a
                          // further process leads, and else the init
  uint32_t signal_all;    // 1: signals go to all processes, if the init is pid 1
  uint32_t waits;         // 1: for the start: see init.cc
  uint32_t becomes;       // 1: it executes the command itself
};

enum class Step : uint32_t {
  kPrepare = 1,  // the orders could not be read
  kFork = 2,
  kExec = 3,
  kRunning = 4,   // none has failed: the command runs
  kFilter = 5,    // a filter of system calls was refused
  kWaiting = 6,   // none has failed: it waits for the start
  kBecoming = 7,  // none has failed so far: it executes the command itself, at the word of a start
  kTerminal = 8,  // the terminal could not become that of the command's session
  kEnded = 9,     // none has failed: a joined command's process was killed before its exec
  kBorn = 10,     // a container's first process waits for the host's word; or could not be made
  kProcfs = 11    // with the answer comes a context of fsopen(2); or it could not be made
};

// What became of the command: one, by the channel, a socket. Without it the init, or the command's
// process, was killed before the command ran; one that executes the command itself says nothing
// when that works. One that waits for the start says so by the channel, and what becomes of the
// command to whoever starts it, kBecoming included: a start could not tell its end from the
// command's exec else.
struct Answer {
  Step step;
  int32_t errno_value;  // of the step that has failed; 0 where none has
  int32_t pid;          // of a joined command's process, or of the child in which it goes on, as
                        // the host sees it; 0: there is none
};

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_ORDERS_H_
