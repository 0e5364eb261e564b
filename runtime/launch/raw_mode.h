// The caller's terminal in raw mode, in which it passes each key on and does nothing by itself, and
// the way back: it is as it was before, however this process ends.
//
// What no program can do once it is killed, or stopped by SIGSTOP, a keeper does: a copy of this
// process that holds nothing but the terminal and a pipe. At the end of the pipe it gives the
// terminal its modes back, unless somebody else, such as the shell, has done so.

#ifndef SLIPWAY_RUNTIME_LAUNCH_RAW_MODE_H_
#define SLIPWAY_RUNTIME_LAUNCH_RAW_MODE_H_

#include <sys/types.h>
#include <termios.h>

#include "runtime/sys/fd.h"

namespace slipway::launch {

class RawMode {
 public:
  // tty: a descriptor of the terminal, which stays open; of something else than a terminal nothing
  // happens. SIGTTOU and SIGTTIN must be blocked.
  explicit RawMode(int tty);
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode();

  bool is_terminal() const { return tty_ >= 0; }

  // Is this process where it may not read the terminal, because another job of the same session
  // does?
  bool InBackground() const;

  // Raw mode, unless this process is in the background. Also after somebody has changed the modes.
  void Enter();

  // As it was before, if it is still raw.
  void Leave();

 private:
  struct Modes {
    bool changed = false;
    termios before{};
    termios raw{};
  };

  static bool Same(const termios& one, const termios& other);
  static void Restore(int tty, const Modes& modes);
  [[noreturn]] static void Keep(int tty, int word, pid_t host);
  void StartKeeper();
  void TellKeeper() const;

  int tty_ = -1;
  pid_t keeper_ = -1;
  sys::Fd word_;  // to the keeper
  Modes modes_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_RAW_MODE_H_
