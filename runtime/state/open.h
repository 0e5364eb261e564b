// The journal of a container as another process finds it: opened, and read.

#ifndef SLIPWAY_RUNTIME_STATE_OPEN_H_
#define SLIPWAY_RUNTIME_STATE_OPEN_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/root.h"
#include "runtime/sys/fd.h"

namespace slipway::state {

// flags: as for open(2). Invalid: there is no journal. Fails when a symlink leads to it.
Result<sys::Fd> OpenJournal(const Root& root, const std::string& id, int flags);

// False: the container has gone since the file was opened. Fails when it is no file that this user
// alone can write to.
Result<bool> IsThere(const Root& root, const std::string& id, const sys::Fd& file);

// Fails when there is less in it than there once was.
Result<Contents> ReadContents(const Root& root, const std::string& id, const sys::Fd& file);

// The container's first process; invalid when it has ended.
Result<sys::Fd> FindChild(const Contents& contents);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_OPEN_H_
