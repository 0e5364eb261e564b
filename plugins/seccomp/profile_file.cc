#include "plugins/seccomp/profile_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;

constexpr off_t kLongest = 1 << 20;

// Root, or what stands for it where it is not mapped: whoever "/" belongs to.
bool IsTrustedOwner(uid_t owner) {
  if (owner == 0 || owner == getuid()) return true;
  const char* const sudo = getenv("SUDO_UID");
  if (sudo != nullptr && getuid() == 0 && std::to_string(owner) == sudo) return true;
  struct stat root {};
  return lstat("/", &root) == 0 && root.st_uid == owner;
}

// leads: a folder that only leads to another. In a sticky one nobody exchanges what is another's.
Status Judge(const std::string& path, const struct stat& facts, bool leads) {
  if (!IsTrustedOwner(facts.st_uid)) {
    return Error("not trusted", path,
                 "owned by uid " + std::to_string(facts.st_uid) +
                     "; must be owned by root or by whoever runs the runtime");
  }
  const bool others_write = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (!others_write || (leads && (facts.st_mode & S_ISVTX) != 0)) return Ok();
  return Error("not trusted", path, "must not be writable by group or others");
}

// `path` is where the open file lies, without symlinks.
Status JudgeAll(const std::string& path, const struct stat& file) {
  RETURN_IF_ERROR(Judge(path, file, false));
  size_t end = path.rfind('/');
  for (bool leads = false; end != std::string::npos; leads = true) {
    const std::string folder = end == 0 ? "/" : path.substr(0, end);
    struct stat facts {};
    if (lstat(folder.c_str(), &facts) != 0) return Error(errno, "look at", folder);
    RETURN_IF_ERROR(Judge(folder, facts, leads));
    if (end == 0) break;
    end = path.rfind('/', end - 1);
  }
  return Ok();
}

}  // namespace

Result<std::string> ReadProfileFile(const std::string& path) {
  ASSIGN_OR_RETURN(const Fd file, slipway::sys::Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at", path);
  if (!S_ISREG(facts.st_mode)) return Error("not a file", path, "a profile in JSON is wanted");
  if (facts.st_size > kLongest) return Error("longer than 1 MiB", path, "no profile is so long");
  if (geteuid() == 0) {
    ASSIGN_OR_RETURN(const std::string real,
                     slipway::sys::ReadLink("/proc/self/fd/" + std::to_string(file.get())));
    RETURN_IF_ERROR(JudgeAll(real, facts));
  }
  return slipway::sys::ReadFile(file, path);
}

}  // namespace seccomp
