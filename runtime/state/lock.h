// The lock on a journal: who has it looks after the container. It is a record lock of fcntl(2),
// which belongs to a process alone: a child does not inherit it, and the kernel takes it away at
// the owner's death. The owner must not open the file a second time: closing that would unlock it.
//
// The first byte says that the container's own host lives, the second one who may undo it, and the
// third one belongs, for a short time, to whoever does something with the container: one operation
// at a time. The host has the first two, and takes the third before it undoes; a `runtime gc` has
// all but the first.

#ifndef SLIPWAY_RUNTIME_STATE_LOCK_H_
#define SLIPWAY_RUNTIME_STATE_LOCK_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::state {

// The journal's name in its container's folder.
inline constexpr char kJournalFile[] = "journal";

// Takes the lock as the container's host, and waits for whoever has it. `file` is open for writing.
Status LockAsHost(const sys::Fd& file);

// Takes the lock of one operation, and waits for whoever has it, however long that takes.
Status LockOperation(const sys::Fd& file);

// The same, but not for one that takes longer than any should: then the error names the process
// that has it. id: of the container.
Status LockOperationInTime(const sys::Fd& file, const std::string& id);

// Gives the lock of an operation back.
void UnlockOperation(const sys::Fd& file);

// Takes the lock to undo the container, if nobody has it. `file` is open for writing.
Result<bool> TryLock(const sys::Fd& file);

// Waits until no other process has the lock to undo the container, and takes it; not for one that
// takes longer than any should: then the error names it.
Status AwaitUndone(const sys::Fd& file, const std::string& id);

// Has another process the lock as the container's host? `file` is open for reading.
Result<bool> HasHost(const sys::Fd& file);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_LOCK_H_
