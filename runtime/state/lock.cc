#include "runtime/state/lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::state {
namespace {

struct flock WholeFile() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Status Lock(const sys::Fd& file) {
  struct flock lock = WholeFile();
  int result = 0;
  do {
    result = fcntl(file.get(), F_SETLKW, &lock);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return Error(errno, "lock", kJournalFile);
  return Ok();
}

Result<bool> TryLock(const sys::Fd& file) {
  struct flock lock = WholeFile();
  if (fcntl(file.get(), F_SETLK, &lock) == 0) return true;
  if (errno == EACCES || errno == EAGAIN) return false;
  return Error(errno, "lock", kJournalFile);
}

Result<bool> IsLocked(const sys::Fd& file) {
  struct flock lock = WholeFile();
  if (fcntl(file.get(), F_GETLK, &lock) != 0) return Error(errno, "lock", kJournalFile);
  return lock.l_type != F_UNLCK;
}

}  // namespace slipway::state
