// The last step of a container's state, for whoever has its lock.

#ifndef SLIPWAY_RUNTIME_STATE_REMOVE_H_
#define SLIPWAY_RUNTIME_STATE_REMOVE_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/state/root.h"

namespace slipway::state {

// Removes the journal of the container `id`, and its folder. What has gone already is no error.
Status RemoveFolder(const Root& root, const std::string& id);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_REMOVE_H_
