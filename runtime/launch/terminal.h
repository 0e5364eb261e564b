// The controlling terminal, if there is one: who is in its foreground. A command that is a shell
// takes the foreground for itself, in the terminal's session; the host gives it back.

#ifndef SLIPWAY_RUNTIME_LAUNCH_TERMINAL_H_
#define SLIPWAY_RUNTIME_LAUNCH_TERMINAL_H_

#include <sys/types.h>

#include "runtime/sys/fd.h"

namespace slipway::launch {

// The terminal `to`, such as the master of a pty, gets the size of the first one among the standard
// descriptors; without such a one it stays as it is.
void CopySize(int to);

class Terminal {
 public:
  // Looks for the controlling terminal, and remembers whether this process is in its foreground.
  Terminal();

  bool exists() const { return tty_.valid(); }

  // The process group in the foreground; -1 without a terminal.
  pid_t Foreground() const;

  // Puts a process group of this session there. SIGTTOU must be blocked, else a process in the
  // background is stopped by it; tcsetpgrp(3).
  void SetForeground(pid_t group) const;

  // Gives the foreground back to this process, if it had it.
  void Restore() const;

 private:
  sys::Fd tty_;
  bool was_foreground_ = false;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_TERMINAL_H_
