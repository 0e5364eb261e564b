// The last step of a container's state, for whoever has its lock.

#ifndef SLIPWAY_RUNTIME_STATE_REMOVE_H_
#define SLIPWAY_RUNTIME_STATE_REMOVE_H_

#include <sys/stat.h>

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/state/root.h"

namespace slipway::state {

// The mode of a container's folder. Sticky means nothing here but that the folder is one of ours:
// an empty one of another kind, below a --root that never was a state folder, is not ours to
// remove.
inline constexpr mode_t kContainerMode = S_IRWXU | S_ISVTX;

// Removes the journal of the container `id`, and its folder. What has gone already is no error.
Status RemoveFolder(const Root& root, const std::string& id);

// Removes the folder of a container whose host died before there was a journal, or behind its
// removal. A host that is about to begin the journal makes the folder again. False: there is no
// such folder, or there is something in it.
bool RemoveEmptyFolder(const Root& root, const std::string& id);

// Would RemoveEmptyFolder remove it?
bool IsEmptyFolder(const Root& root, const std::string& id);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_REMOVE_H_
