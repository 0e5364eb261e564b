#include "runtime/launch/descriptors.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace slipway::launch {
namespace {

constexpr const char* kStep = "exec";

Result<sys::Fd> CopyOf(int fd, int at_least = 0) {
  sys::Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, at_least));
  if (copy.valid()) return copy;
  return Error(errno, "keep the descriptor", std::to_string(fd));
}

Error CannotKeep(int cause, int fd) {
  return Error(cause, "keep the descriptor", std::to_string(fd),
               "a stage or the caller wants it open in the command")
      .In({}, kStep);
}

}  // namespace

Status Inherited::Keep(int fd, int number, const std::string& who) {
  if (number < 0) number = fd;
  for (const Kept& other : kept_) {
    if (other.number != number) continue;
    if (other.fd == fd) return Ok();
    return Error("a second descriptor for the command under the number", std::to_string(number),
                 other.who.empty() ? "--keep-fd names it already"
                                   : "the stage " + other.who + " keeps one already");
  }
  kept_.push_back({fd, number, who});
  return Ok();
}

std::vector<int> Inherited::Files() const {
  std::vector<int> files;
  for (const Kept& kept : kept_) files.push_back(kept.fd);
  return files;
}

Status Inherited::Inherit() const {
  for (const Kept& kept : kept_) {
    if (kept.fd == kept.number && fcntl(kept.fd, F_SETFD, 0) != 0) {
      return CannotKeep(errno, kept.fd);
    }
  }
  return Ok();
}

Status Inherited::Place(const std::vector<int*>& needed) {
  int highest = -1;
  for (const Kept& kept : kept_) highest = std::max({highest, kept.fd, kept.number});
  const auto move_away = [highest](int& fd, int number) {
    if (fd != number) return true;
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, highest + 1);
    if (moved >= 0) fd = moved;
    return moved >= 0;
  };
  for (Kept& kept : kept_) {
    if (kept.fd == kept.number) continue;
    for (int* fd : needed) {
      if (!move_away(*fd, kept.number)) return CannotKeep(errno, *fd);
    }
    for (Kept& other : kept_) {
      if (&other != &kept && !move_away(other.fd, kept.number)) return CannotKeep(errno, other.fd);
    }
    if (dup2(kept.fd, kept.number) < 0) return CannotKeep(errno, kept.fd);
    close(std::exchange(kept.fd, kept.number));
  }
  return Ok();
}

Status Descriptors::KeepForFinish(size_t stage, int fd) {
  ASSIGN_OR_RETURN(sys::Fd copy, CopyOf(fd));
  for_finish_.push_back({stage, std::move(copy)});
  return Ok();
}

Status Descriptors::KeepForCommand(int fd, int number, const std::string& who) {
  if (number < 0) {
    return Error("a descriptor for the command without a number", {}, "a bug of the stage");
  }
  ASSIGN_OR_RETURN(sys::Fd copy, CopyOf(fd, number + 1));
  RETURN_IF_ERROR(inherited_.Keep(copy.get(), number, who));
  for_command_.push_back(std::move(copy));
  return Ok();
}

Status Descriptors::SetTerminal(int fd, const std::string& who) {
  if (terminal_.valid()) {
    return Error("a second terminal for the command", {},
                 "the stage " + terminal_of_ + " has set one already");
  }
  if (!isatty(fd)) return Error(ENOTTY, "make it the command's terminal", std::to_string(fd));
  ASSIGN_OR_RETURN(terminal_, CopyOf(fd));
  terminal_of_ = who;
  return Ok();
}

int Descriptors::ForFinish(size_t stage, size_t index) const {
  for (const Aside& aside : for_finish_) {
    if (aside.stage == stage && index-- == 0) return aside.fd.get();
  }
  return -1;
}

std::vector<int> Descriptors::Spared() const {
  std::vector<int> spared = inherited_.Files();
  for (const Aside& aside : for_finish_) spared.push_back(aside.fd.get());
  return spared;
}

Status Descriptors::TakeTerminal(uid_t user, bool leads) {
  if (!terminal_.valid()) return Ok();
  const auto cannot = [this](const char* what) {
    return Error(errno, what).In(terminal_of_, kStep);
  };
  // Of another filesystem than devpts it may stay as it is.
  if (fchown(terminal_.get(), user, static_cast<gid_t>(-1)) != 0 && errno != EPERM &&
      errno != EROFS && errno != EINVAL) {
    return cannot("give the command's user the terminal");
  }
  // Whoever leads a session already cannot lead another one; its terminal is taken all the same.
  if (leads) (void)setsid();
  if (leads && ioctl(terminal_.get(), TIOCSCTTY, 0) != 0) {
    return cannot("make it the command's controlling terminal");
  }
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (dup2(terminal_.get(), fd) < 0) return cannot("put the command's input and output on it");
  }
  return Ok();
}

void Descriptors::Abandon() {
  for (Aside& aside : for_finish_) (void)aside.fd.Release();
  for (sys::Fd& fd : for_command_) (void)fd.Release();
  (void)terminal_.Release();
}

}  // namespace slipway::launch
