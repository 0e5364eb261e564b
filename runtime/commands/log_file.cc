#include "runtime/commands/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::commands {
namespace {

constexpr mode_t kMode = 0600;
// A FIFO must not hold anybody up.
constexpr int kCarefully = O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;

// Another name of the file could be that of one which only this user can write to; link(2).
Status CheckFile(const sys::Fd& file, const std::string& path) {
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at", path);
  if (S_ISREG(facts.st_mode) && facts.st_uid == geteuid() && facts.st_nlink == 1) return Ok();
  return Error("not a file for a log:", path,
               "it must be a plain file that belongs to you, with no other name");
}

Result<sys::Fd> OpenCarefully(const std::string& path, int flags) {
  sys::Fd file(open(path.c_str(), flags | kCarefully | O_CLOEXEC, kMode));
  if (!file.valid()) {
    return Error(errno, "open the log", path,
                 errno == ELOOP ? "it is a symlink: name the file itself" : "");
  }
  RETURN_IF_ERROR(CheckFile(file, path));
  return file;
}

}  // namespace

Result<LogFile> LogFile::Open(bool named, const std::string& path) {
  LogFile log;
  if (!named) {
    ASSIGN_OR_RETURN(log.file, sys::Open("/dev/null", O_WRONLY));
    return log;
  }
  if (path.empty()) return Error("--log needs a value", {}, "write --log FILE");
  ASSIGN_OR_RETURN(log.path, sys::Absolute(path));
  const sys::NoUmask no_umask;
  ASSIGN_OR_RETURN(log.file, OpenCarefully(log.path, O_WRONLY | O_APPEND | O_CREAT));
  // The command's descriptor is the same open file, and waits as usual.
  if (fcntl(log.file.get(), F_SETFL, O_APPEND) != 0) return Error(errno, "open", log.path);
  return log;
}

Result<sys::Fd> OpenLog(const std::string& path) { return OpenCarefully(path, O_RDONLY); }

}  // namespace slipway::commands
