// What the guard's signal handlers do, and all that they may look at. See guard.h.
//
// signal-safety(7): they call only what is named there, and system calls. _Fork(3).

#ifndef SLIPWAY_RUNTIME_LAUNCH_WATCH_H_
#define SLIPWAY_RUNTIME_LAUNCH_WATCH_H_

#include <signal.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "runtime/launch/exit_status.h"

namespace slipway::launch {

inline constexpr int kTick = 1;  // second
inline constexpr size_t kAllRecords = std::numeric_limits<uint32_t>::max();
inline constexpr std::array kCrashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};

struct Watch {
  pid_t pid = 0;  // 0: nobody watches
  bool guarded = false;
  const char* volatile stage = nullptr;
  const char* volatile hook = nullptr;
  volatile unsigned sequence = 0;  // counts the beginnings of hooks
  unsigned seen = 0;               // the last tick's sequence
  int64_t ticked_ns = 0;           // when the last tick was, by CLOCK_MONOTONIC
  int64_t hook_ns = 0;             // how long the same hook has been seen
  int64_t patience_ns = 0;         // 0: for ever
  size_t records_left = kAllRecords;
  int lock_fd = -1;
  int child_pidfd = -1;
  bool has_outcome = false;
  int exit_status = kRuntimeFailed;
  // Of the journal in which the container's end is written down; -1: somebody else sees to it.
  int end_fd = -1;
  dev_t end_device = 0;
  ino_t end_inode = 0;
  const std::string* end_lines = nullptr;  // by exit status
  size_t end_line_count = 0;
  bool outlived = false;          // by the child, should this process crash while the command runs
  volatile bool running = false;  // the command
  // Which of kCrashes were sent to this process, and are the command's.
  uint32_t sent = 0;  // a bit for each of them; changed by atomic operations
  char* const* undo = nullptr;
  char* const* then = nullptr;
  char records[24] = {};
  std::array<struct sigaction, kCrashes.size()> crash_before = {};
  struct sigaction tick_before = {};
  struct sigaction child_before = {};  // of SIGCHLD
  sigset_t mask_before = {};
  // While a child that shares this memory runs.
  bool lent = false;
  pid_t host_pid = 0;
  int proc_fd = -1;                 // of the host's /proc
  char host_status[32] = {};        // in there: PID/status of the host
  bool child_out_of_stack = false;  // a crash, of a stack that may not grow
  bool child_too_long = false;      // why the child ended itself
  int child_interrupted_by = 0;
  int child_crashed_by = 0;
};

extern Watch watch;

// For sigaction(2).
void OnCrash(int signal, siginfo_t*, void*);
void OnTick(int, siginfo_t*, void*);
// For on_exit(3).
void OnExit(int status, void*);

// Writes one line to stderr, as "runtime: TEXT".
void Say(std::string_view text);

// Ends this process, after what Watch says has to be done in its place.
[[noreturn]] void GiveUp(int exit_status);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_WATCH_H_
