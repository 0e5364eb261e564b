#include "runtime/launch/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace slipway::launch {

void CopySize(int to) {
  winsize size{};
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) continue;
    (void)ioctl(to, TIOCSWINSZ, &size);
    return;
  }
}

Terminal::Terminal() : tty_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
  was_foreground_ = Foreground() == getpgrp();
}

pid_t Terminal::Foreground() const { return tty_.valid() ? tcgetpgrp(tty_.get()) : -1; }

void Terminal::SetForeground(pid_t group) const {
  if (tty_.valid()) tcsetpgrp(tty_.get(), group);
}

void Terminal::Restore() const {
  if (was_foreground_ && Foreground() != getpgrp()) SetForeground(getpgrp());
}

}  // namespace slipway::launch
