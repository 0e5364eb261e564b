#include "runtime/state/lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::state {
namespace {

struct flock Bytes(off_t begin, off_t count) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = begin;
  lock.l_len = count;  // 0: to the end, wherever that will be
  return lock;
}

constexpr off_t kHostByte = 0;
constexpr off_t kUndoByte = 1;
constexpr off_t kOperationByte = 2;

Status Await(const sys::Fd& file, struct flock lock) {
  int result = 0;
  do {
    result = fcntl(file.get(), F_SETLKW, &lock);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return Error(errno, "lock", kJournalFile);
  return Ok();
}

}  // namespace

Status LockAsHost(const sys::Fd& file) { return Await(file, Bytes(kHostByte, kOperationByte)); }

Status LockOperation(const sys::Fd& file) { return Await(file, Bytes(kOperationByte, 1)); }

Result<bool> TryLock(const sys::Fd& file) {
  struct flock lock = Bytes(kUndoByte, 0);
  if (fcntl(file.get(), F_SETLK, &lock) == 0) return true;
  if (errno == EACCES || errno == EAGAIN) return false;
  return Error(errno, "lock", kJournalFile);
}

Status AwaitUndone(const sys::Fd& file) { return Await(file, Bytes(kUndoByte, 1)); }

Result<bool> HasHost(const sys::Fd& file) {
  struct flock lock = Bytes(kHostByte, 1);
  if (fcntl(file.get(), F_GETLK, &lock) != 0) return Error(errno, "lock", kJournalFile);
  return lock.l_type != F_UNLCK;
}

}  // namespace slipway::state
