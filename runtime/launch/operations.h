// What is done with a running container by a process that need not be the one that started it:
// the stages are asked by their records, in the pipeline's order.

#ifndef SLIPWAY_RUNTIME_LAUNCH_OPERATIONS_H_
#define SLIPWAY_RUNTIME_LAUNCH_OPERATIONS_H_

#include <sys/types.h>

#include <cstddef>
#include <vector>

#include "runtime/launch/occasion.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"

namespace slipway::launch {

// Pauses the container, or lets it go on. Fails when no stage of it can; when one fails, those
// before it are put back. journal: where they may leave records.
Status Freeze(const Occasion& occasion, const std::vector<Stage>& stages, state::Journal& journal,
              bool frozen);

// Has one stage of the container, at `position` in its pipeline, change what its options say. now:
// the new values of its options. Fails when the stage has left nothing that could change; what was
// changed before a failure is put back.
Status Update(const Occasion& occasion, const Stage& stage, size_t position,
              const slipway_value* now, state::Journal& journal);

// The container's processes as far as its stages know them, sorted, each once. Some may have ended
// meanwhile.
Result<std::vector<pid_t>> ListProcesses(const Occasion& occasion,
                                         const std::vector<Stage>& stages);

// Can any stage of the container tell of its processes?
bool KnowsProcesses(const Occasion& occasion, const std::vector<Stage>& stages);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_OPERATIONS_H_
