// Undoes what the stages have done, from the journal alone: the last record first. One failure
// does not keep the others from being tried.

#ifndef SLIPWAY_RUNTIME_LAUNCH_UNWINDER_H_
#define SLIPWAY_RUNTIME_LAUNCH_UNWINDER_H_

#include <vector>

#include "runtime/launch/stage.h"
#include "runtime/sdk/error.h"
#include "runtime/state/journal.h"

namespace slipway::launch {

// Calls Teardown for each record. Returns what failed, for the user's eyes.
std::vector<Error> Unwind(const std::vector<Stage>& stages, const state::Journal& journal);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_UNWINDER_H_
