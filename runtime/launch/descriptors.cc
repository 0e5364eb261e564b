#include "runtime/launch/descriptors.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace slipway::launch {
namespace {

constexpr const char* kStep = "exec";

constexpr int kFirst = STDERR_FILENO + 1;

Result<sys::Fd> CopyOf(int fd) {
  sys::Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, kFirst));
  if (copy.valid()) return copy;
  return Error(errno, "keep the descriptor", std::to_string(fd));
}

std::string LimitOfFiles() {
  struct rlimit limit {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return "its limit of open files, RLIMIT_NOFILE, is " + std::to_string(limit.rlim_cur);
}

Error CannotGive(int cause, int number, const std::string& who) {
  const bool too_many = cause == EMFILE || cause == EBADF || cause == EINVAL;
  return Error(cause, "give the command a descriptor under the number", std::to_string(number),
               too_many ? LimitOfFiles() : std::string())
      .In(who, kStep);
}

std::string WhoKeeps(const std::string& who) {
  return who.empty() ? "--keep-fd names it" : "the stage " + who + " keeps one already";
}

}  // namespace

const char* TerminalHint(int cause) {
  return cause == EPERM ? "it is another session's already" : "";
}

Status Inherited::Keep(int fd, int number, const std::string& who) {
  if (number < 0) number = fd;
  if (const Kept* other = Find(number)) {
    if (other->fd == fd) return Ok();
    Error error("a second descriptor for the command under the number", std::to_string(number),
                WhoKeeps(other->who));
    if (who.empty()) error.Prefix("--keep-fd");
    return error;
  }
  kept_.push_back({fd, number, who});
  return Ok();
}

Status Inherited::LeavesStreams() const {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    const Kept* kept = Find(number);
    if (kept == nullptr) continue;
    return Error("a terminal for the command, and a descriptor under the number",
                 std::to_string(number), WhoKeeps(kept->who));
  }
  return Ok();
}

const Inherited::Kept* Inherited::Find(int number) const {
  const auto kept = std::find_if(kept_.begin(), kept_.end(),
                                 [number](const Kept& one) { return one.number == number; });
  return kept == kept_.end() ? nullptr : &*kept;
}

std::vector<int> Inherited::Files() const {
  std::vector<int> files;
  for (const Kept& kept : kept_) files.push_back(kept.fd);
  return files;
}

Status Inherited::Inherit() const {
  for (const Kept& kept : kept_) {
    if (kept.fd == kept.number && fcntl(kept.fd, F_SETFD, 0) != 0) {
      return CannotGive(errno, kept.number, kept.who);
    }
  }
  return Ok();
}

// Low, because the command's limit of open files holds already.
int Inherited::CopyElsewhere(int fd) const {
  for (int at_least = kFirst;; ++at_least) {
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, at_least);
    if (copy < 0 || Find(copy) == nullptr) return copy;
    close(copy);
    at_least = copy;
  }
}

Status Inherited::Place(const std::vector<int*>& needed) {
  std::vector<int> spent;
  for (Kept& kept : kept_) {
    if (kept.fd == kept.number) continue;
    std::vector<int*> in_the_way = needed;
    for (Kept& other : kept_) in_the_way.push_back(&other.fd);
    for (int* fd : in_the_way) {
      if (*fd != kept.number) continue;
      const int copy = CopyElsewhere(*fd);
      if (copy < 0) return CannotGive(errno, kept.number, kept.who);
      *fd = copy;
    }
    if (dup2(kept.fd, kept.number) < 0) return CannotGive(errno, kept.number, kept.who);
    spent.push_back(std::exchange(kept.fd, kept.number));
  }
  // Not before: one may have several numbers.
  for (const int fd : spent) {
    if (Find(fd) == nullptr) close(fd);
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
  ASSIGN_OR_RETURN(sys::Fd copy, CopyOf(fd));
  RETURN_IF_ERROR(inherited_.Keep(copy.get(), number, who));
  for_command_.push_back(std::move(copy));
  return Ok();
}

Status Descriptors::SetTerminal(int fd, const std::string& who) {
  if (terminal_.valid()) {
    return Error("a second terminal for the command", {},
                 "the stage " + terminal_of_ + " has set one already");
  }
  if (!isatty(fd)) {
    return Error(errno, "make the command's terminal of the descriptor", std::to_string(fd),
                 errno == EBADF ? "a bug of the stage"
                                : "it is no terminal; the other end of a pty would be one");
  }
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
  Status free = inherited_.LeavesStreams();
  if (!free.ok()) return free.error().In(terminal_of_, kStep);
  const auto cannot = [this](const char* what) {
    const int cause = errno;
    return Error(cause, what, {}, TerminalHint(cause)).In(terminal_of_, kStep);
  };
  // Of another filesystem than devpts it may stay as it is.
  if (fchown(terminal_.get(), user, static_cast<gid_t>(-1)) != 0 && errno != EPERM &&
      errno != EROFS && errno != EINVAL) {
    return cannot("give the command's user the terminal");
  }
  // Whoever leads a session already cannot lead another one; its terminal is taken all the same.
  if (leads) (void)setsid();
  if (leads && ioctl(terminal_.get(), TIOCSCTTY, 0) != 0) {
    return cannot("make the terminal the command's controlling one");
  }
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (dup2(terminal_.get(), fd) < 0)
      return cannot("make the terminal the command's standard descriptors");
  }
  return Ok();
}

void Descriptors::Abandon() {
  for (Aside& aside : for_finish_) (void)aside.fd.Release();
  for (sys::Fd& fd : for_command_) (void)fd.Release();
  (void)terminal_.Release();
}

}  // namespace slipway::launch
