// Loading a plugin for a look at it: in a process of its own first, so that one whose constructors
// crash, end the process or do not come back spoils no list of others. Starting a container takes
// no such trouble: there the guard of runtime/launch names the stage.

#ifndef SLIPWAY_RUNTIME_LOADER_TRIAL_H_
#define SLIPWAY_RUNTIME_LOADER_TRIAL_H_

#include <chrono>

#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"

namespace slipway::loader {

// What a plugin that cannot be loaded may cost, where nobody starts a container.
inline constexpr std::chrono::seconds kPatience{5};

// As Loader::Load, after a child of this process has done the same and ended well. What it prints
// goes nowhere. The process must have a single thread.
// patience: how long that may take; 0: for ever.
Result<const slipway_stage*> LoadAfterTrial(Loader& loader, const Request& request,
                                            std::chrono::seconds patience = kPatience);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_TRIAL_H_
