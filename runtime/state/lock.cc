#include "runtime/state/lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

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

// A hook may take 30 s; --hook-timeout.
constexpr std::chrono::seconds kLong{60};
constexpr useconds_t kLookAfterUs = 5000;

// Who has it; 0: nobody, or somebody of another pid namespace.
pid_t HolderOf(const sys::Fd& file, off_t byte) {
  struct flock lock = Bytes(byte, 1);
  const bool held = fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  return held && lock.l_pid > 0 ? lock.l_pid : 0;
}

// False: somebody has had it for too long.
Result<bool> AwaitInTime(const sys::Fd& file, off_t byte) {
  const auto deadline = std::chrono::steady_clock::now() + kLong;
  while (true) {
    struct flock lock = Bytes(byte, 1);
    if (fcntl(file.get(), F_SETLK, &lock) == 0) return true;
    if (errno != EACCES && errno != EAGAIN) return Error(errno, "lock", kJournalFile);
    if (std::chrono::steady_clock::now() > deadline) return false;
    usleep(kLookAfterUs);
  }
}

Error TakesTooLong(const std::string& what, const std::string& id, pid_t holder) {
  const std::string who =
      holder > 0 ? "it is the process " + std::to_string(holder) + ", which" : std::string("it");
  return Error(what + " takes longer than " + std::to_string(kLong.count()) + " s:", id,
               who + " may be stopped, or hang: continue or end it");
}

}  // namespace

Status LockAsHost(const sys::Fd& file) { return Await(file, Bytes(kHostByte, kOperationByte)); }

Status LockOperation(const sys::Fd& file) { return Await(file, Bytes(kOperationByte, 1)); }

Status LockOperationInTime(const sys::Fd& file, const std::string& id) {
  ASSIGN_OR_RETURN(const bool locked, AwaitInTime(file, kOperationByte));
  if (locked) return Ok();
  return TakesTooLong("another operation on the container", id, HolderOf(file, kOperationByte));
}

void UnlockOperation(const sys::Fd& file) {
  struct flock lock = Bytes(kOperationByte, 1);
  lock.l_type = F_UNLCK;
  fcntl(file.get(), F_SETLK, &lock);
}

Result<bool> TryLock(const sys::Fd& file) {
  struct flock lock = Bytes(kUndoByte, 0);
  if (fcntl(file.get(), F_SETLK, &lock) == 0) return true;
  if (errno == EACCES || errno == EAGAIN) return false;
  return Error(errno, "lock", kJournalFile);
}

Status AwaitUndone(const sys::Fd& file, const std::string& id) {
  ASSIGN_OR_RETURN(const bool undone, AwaitInTime(file, kUndoByte));
  if (undone) return Ok();
  return TakesTooLong("the container's runtime, which has to undo it,", id,
                      HolderOf(file, kUndoByte));
}

Result<bool> HasHost(const sys::Fd& file) {
  struct flock lock = Bytes(kHostByte, 1);
  if (fcntl(file.get(), F_GETLK, &lock) != 0) return Error(errno, "lock", kJournalFile);
  return lock.l_type != F_UNLCK;
}

}  // namespace slipway::state
