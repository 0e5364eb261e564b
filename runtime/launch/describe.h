// What stages say that they would do, before anything is done.

#ifndef SLIPWAY_RUNTIME_LAUNCH_DESCRIBE_H_
#define SLIPWAY_RUNTIME_LAUNCH_DESCRIBE_H_

#include <vector>

#include "runtime/launch/effects.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Calls Describe of each stage, of those that SelectStages has taken, in pipeline order. One list
// for each, in the order in which it has told them; empty for one without the hook. A text that
// holds the value of a secret option is left out, whatever the stage meant by it.
Result<std::vector<std::vector<Effect>>> DescribeStages(const std::vector<Stage>& stages,
                                                        const Occasion& occasion);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_DESCRIBE_H_
