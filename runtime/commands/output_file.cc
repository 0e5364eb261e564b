#include "runtime/commands/output_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <utility>

#include "runtime/config/find.h"
#include "runtime/config/path.h"
#include "runtime/sys/file.h"

namespace slipway::commands {
namespace {

constexpr mode_t kMode = 0644;

// Is one of the three standard streams already this file? To rename over it would lose what they
// have written.
bool IsStandardStream(const struct stat& file) {
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    struct stat stream {};
    if (fstat(fd, &stream) == 0 && stream.st_dev == file.st_dev && stream.st_ino == file.st_ino) {
      return true;
    }
  }
  return false;
}

// Keeps write(2) from ending this process: a reader that has gone, or a limit of a file's size, is
// an error like any other.
class NoSignals {
 public:
  NoSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGPIPE);
    sigaddset(&signals_, SIGXFSZ);
    sigpending(&pending_);
    sigprocmask(SIG_BLOCK, &signals_, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() {
    for (const int signal : {SIGPIPE, SIGXFSZ}) {
      if (sigismember(&pending_, signal) == 1) continue;  // somebody else's
      sigset_t one;
      sigemptyset(&one);
      sigaddset(&one, signal);
      constexpr timespec kNow{};
      sigtimedwait(&one, nullptr, &kNow);
    }
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signals_;
  sigset_t pending_;
  sigset_t before_;
};

// Nobody hears a signal while this waits for a reader.
Status AwaitReader(int fd) {
  constexpr int kPatience = 5000;  // milliseconds
  pollfd reader{.fd = fd, .events = POLLOUT, .revents = 0};
  int ready = 0;
  do {
    ready = poll(&reader, 1, kPatience);
  } while (ready < 0 && errno == EINTR);
  return ready == 0 ? Status(Error(ETIMEDOUT, "write")) : Ok();
}

Status WriteAll(int fd, std::string_view text) {
  const NoSignals no_signals;
  while (!text.empty()) {
    RETURN_IF_ERROR(AwaitReader(fd));
    // As much as a pipe that can be written to takes at once; pipe(7).
    const ssize_t size = write(fd, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return Error(errno, "write");
    text.remove_prefix(static_cast<size_t>(size));
  }
  return Ok();
}

// A copy that no command inherits.
Result<sys::Fd> Copy(int fd, const std::string& option, const std::string& target) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return Error(option + ": this descriptor is not open:", target);
  if ((flags & O_ACCMODE) == O_RDONLY) {
    return Error(option + ": this descriptor is not open for writing:", target);
  }
  sys::Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy.valid()) return Error(errno, option + ": copy descriptor", target);
  return copy;
}

std::string BesideName(const std::string& name) {
  uint64_t random = 0;
  // Should it fail, O_EXCL still sees to it that nobody's file is taken.
  if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
    random = static_cast<uint64_t>(getpid());
  char suffix[24];
  std::snprintf(suffix, sizeof(suffix), ".%016llx", static_cast<unsigned long long>(random));
  // A name may have 255 bytes.
  return "." + name.substr(0, 200) + suffix;
}

// A link to something that is open, such as /proc/self/fd/2: only the kernel can follow it.
bool IsMagic(const std::string& link) {
  const sys::Fd fd(open(link.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct statfs filesystem {};
  return fd.valid() && fstatfs(fd.get(), &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

// What `target` leads to through links of the caller's own or of root's: no link any more, but
// perhaps a magic one, or nothing yet.
Result<std::string> FollowLinks(const std::string& option, const std::string& target) {
  constexpr int kMostLinks = 40;  // as for the kernel; path_resolution(7)
  std::string path = target;
  for (int links = 0; links < kMostLinks; ++links) {
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0 || !S_ISLNK(facts.st_mode)) return path;
    if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
      return Error(option + " does not follow a link that somebody else has made:", path,
                   "name the file itself");
    }
    if (IsMagic(path)) return path;
    const auto text = sys::ReadLink(path);
    if (!text.ok()) {
      return Error(text.error()->errno_value, option + ": cannot follow the link", path);
    }
    path = (*text).starts_with('/') ? *text : config::FolderOf(path) + "/" + *text;
  }
  return Error(ELOOP, option + ": cannot follow the link", target);
}

// Is there a plain file that was written for something else?
bool IsForeign(const std::string& path, const struct stat& file, std::string_view first) {
  if ((file.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0) return true;
  const sys::Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  char begin = 0;
  // What cannot be read is not known to be ours.
  const ssize_t size = fd.valid() ? read(fd.get(), &begin, 1) : -1;
  return size < 0 || (size == 1 && first.find(begin) == std::string_view::npos);
}

}  // namespace

Error OutputFile::Failed(int errno_value, std::string_view what) const {
  return Error(errno_value, option_ + ": cannot " + std::string(what), target_);
}

Result<OutputFile> OutputFile::Open(std::string option, const std::string& target,
                                    std::string_view first) {
  OutputFile file;
  file.option_ = std::move(option);
  file.target_ = target;
  if (target.empty()) {
    return Error(file.option_ + " needs a value", {}, "write " + file.option_ + " FILE");
  }
  if (target == "-" || target.starts_with(config::kDescriptorPrefix)) {
    int fd = STDOUT_FILENO;
    if (target != "-") {
      ASSIGN_OR_RETURN(
          fd, InheritedDescriptor(
                  file.option_, std::string_view(target).substr(config::kDescriptorPrefix.size())));
    }
    ASSIGN_OR_RETURN(file.fd_, Copy(fd, file.option_, target));
    return file;
  }
  ASSIGN_OR_RETURN(const std::string path, FollowLinks(file.option_, target));
  struct stat facts {};
  const bool exists = lstat(path.c_str(), &facts) == 0;
  if (!exists && errno != ENOENT) return file.Failed(errno, "write");
  if (exists && (!S_ISREG(facts.st_mode) || IsStandardStream(facts))) {
    RETURN_IF_ERROR(file.OpenToAppend(path, S_ISLNK(facts.st_mode)));
    return file;
  }
  if (exists && IsForeign(path, facts, first)) {
    return Error(file.option_ + " does not replace a file that holds something else:", path,
                 "is the value of " + file.option_ + " missing? Else remove the file first");
  }
  RETURN_IF_ERROR(file.PrepareToReplace(path));
  return file;
}

// A pipe without a reader must not hold up the start.
Status OutputFile::OpenToAppend(const std::string& path, bool is_magic) {
  const int follow = is_magic ? 0 : O_NOFOLLOW;
  fd_ =
      sys::Fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | follow));
  return fd_.valid() ? Ok() : Status(Failed(errno, "write to"));
}

Status OutputFile::PrepareToReplace(const std::string& path) {
  name_ = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  if (name_.empty()) return Failed(EISDIR, "write");
  folder_ = sys::Fd(open(config::FolderOf(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_.valid() || faccessat(folder_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    return Failed(errno, "write");
  }
  return Ok();
}

Status OutputFile::Write(std::string_view text) const {
  if (replaces()) return Replace(text);
  Status written = WriteAll(fd_.get(), text);
  return written.ok() ? Ok() : Status(Failed(written.error()->errno_value, "write to"));
}

Status OutputFile::Replace(std::string_view text) const {
  const std::string beside = BesideName(name_);
  const sys::Fd file(openat(folder_.get(), beside.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
  if (!file.valid()) return Failed(errno, "write");
  const Status written = WriteAll(file.get(), text);
  int cause = written.ok() ? 0 : written.error()->errno_value;
  if (cause == 0 && renameat(folder_.get(), beside.c_str(), folder_.get(), name_.c_str()) != 0) {
    cause = errno;
  }
  if (cause == 0) return Ok();
  unlinkat(folder_.get(), beside.c_str(), 0);
  return Failed(cause, "write");
}

Result<int> InheritedDescriptor(const std::string& option, std::string_view text) {
  int fd = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (error != std::errc() || end != text.data() + text.size() || fd < 0) {
    return Error(option + ": not the number of a descriptor", text, "such as 3");
  }
  if (fcntl(fd, F_GETFD) < 0) {
    return Error(option + ": descriptor " + std::to_string(fd) + " is not open", {},
                 "open it for the runtime, for example with a shell's 3>file");
  }
  return fd;
}

}  // namespace slipway::commands
