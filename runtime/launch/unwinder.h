// The end of a container, from the journal alone: what the stages have to say of it, and the
// undoing of what they did, the last record first. One failure does not keep the others from being
// tried.

#ifndef SLIPWAY_RUNTIME_LAUNCH_UNWINDER_H_
#define SLIPWAY_RUNTIME_LAUNCH_UNWINDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/launch/findings.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/error.h"
#include "runtime/state/contents.h"

namespace slipway::launch {

// Calls Report for each record of the occasion, and appends what failed to `failures`.
Findings CollectFindings(const Occasion& occasion, const std::vector<Stage>& stages,
                         std::vector<Error>& failures);

// How many records of one stage were undone.
struct UndoneStage {
  size_t stage = 0;   // position in the pipeline
  size_t undone = 0;  // records
  size_t failed = 0;
};

// Calls Teardown for each record of the occasion, and once more for those that failed: much of what
// is in the way is so for a moment only. Returns what failed both times, for the user's eyes.
// stages: of the pipeline, in its order; those that the records name.
// undone: gets one for each stage that has records, in the order in which they were undone; or
// null.
std::vector<Error> Unwind(const Occasion& occasion, const std::vector<Stage>& stages,
                          std::vector<UndoneStage>* undone = nullptr);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_UNWINDER_H_
