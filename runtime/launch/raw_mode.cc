#include "runtime/launch/raw_mode.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/launch/guard.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr int kLookAgain = 300;  // ms

}  // namespace

RawMode::RawMode(int tty) : tty_(isatty(tty) ? tty : -1) {}

RawMode::~RawMode() {
  Leave();
  word_.Close();
  while (keeper_ > 0 && waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool RawMode::InBackground() const {
  const pid_t foreground = is_terminal() ? tcgetpgrp(tty_) : -1;
  return foreground >= 0 && foreground != getpgrp();
}

// The kernel may leave out what the terminal cannot do of the rest.
bool RawMode::Same(const termios& one, const termios& other) {
  return one.c_iflag == other.c_iflag && one.c_oflag == other.c_oflag &&
         one.c_lflag == other.c_lflag;
}

void RawMode::Restore(int tty, const Modes& modes) {
  termios now{};
  if (!modes.changed || tcgetattr(tty, &now) != 0 || !Same(now, modes.raw)) return;
  (void)tcsetattr(tty, TCSANOW, &modes.before);
}

void RawMode::Enter() {
  termios now{};
  if (!is_terminal() || InBackground() || tcgetattr(tty_, &now) != 0) return;
  if (modes_.changed && Same(now, modes_.raw)) return;
  modes_ = {.changed = true, .before = now, .raw = now};
  cfmakeraw(&modes_.raw);
  if (keeper_ < 0) StartKeeper();
  TellKeeper();
  (void)tcsetattr(tty_, TCSANOW, &modes_.raw);
}

void RawMode::Leave() {
  if (!is_terminal() || !modes_.changed) return;
  Restore(tty_, modes_);
  modes_.changed = false;
  TellKeeper();
}

// One that cannot be made leaves the terminal to this process alone.
void RawMode::StartKeeper() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  sys::Fd read_end(ends[0]);
  word_ = sys::Fd(ends[1]);
  const pid_t host = getpid();
  keeper_ = fork();
  if (keeper_ == 0) Keep(tty_, read_end.get(), host);
}

void RawMode::TellKeeper() const {
  if (keeper_ > 0) (void)!write(word_.get(), &modes_, sizeof(modes_));
}

// In a session of its own, so that what ends or stops this process does not meet it.
void RawMode::Keep(int tty, int word, pid_t host) {
  Guard::LeaveInChild();
  setsid();
  (void)!chdir("/");
  prctl(PR_SET_NAME, "terminal-keeper");
  (void)sys::CloseAllBut({tty, word}, 0).ok();
  Modes modes;
  while (true) {
    pollfd told{.fd = word, .events = POLLIN, .revents = 0};
    const int count = poll(&told, 1, modes.changed ? kLookAgain : -1);
    if (count == 0) {
      // Nothing tells a process that another one was stopped, but its parent.
      if (sys::IsStopped(host)) Restore(tty, modes);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || read(word, &modes, sizeof(modes)) != sizeof(modes)) break;
  }
  Restore(tty, modes);
  _exit(0);
}

}  // namespace slipway::launch
