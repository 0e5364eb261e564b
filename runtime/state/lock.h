// The lock on a journal: who has it looks after the container. It is a record lock of fcntl(2),
// which belongs to a process alone: a child does not inherit it, and the kernel takes it away at
// the owner's death. The owner must not open the file a second time: closing that would unlock it.

#ifndef SLIPWAY_RUNTIME_STATE_LOCK_H_
#define SLIPWAY_RUNTIME_STATE_LOCK_H_

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::state {

// The journal's name in its container's folder.
inline constexpr char kJournalFile[] = "journal";

// Takes the lock, and waits for whoever has it. `file` is open for writing.
Status Lock(const sys::Fd& file);

// Takes the lock, if nobody has it.
Result<bool> TryLock(const sys::Fd& file);

// Has another process the lock? `file` is open for reading.
Result<bool> IsLocked(const sys::Fd& file);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_LOCK_H_
