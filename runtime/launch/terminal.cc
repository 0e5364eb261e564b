#include "runtime/launch/terminal.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::launch {

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
