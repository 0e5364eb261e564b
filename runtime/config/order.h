// The order rules of a pipeline: pure logic over the descriptors of its stages.

#ifndef SLIPWAY_RUNTIME_CONFIG_ORDER_H_
#define SLIPWAY_RUNTIME_CONFIG_ORDER_H_

#include <functional>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/pipeline.h"

namespace slipway::config {

// All stages that could be written into a pipeline; asked for an error's hint alone.
using AllStages = std::function<std::vector<const slipway_stage*>()>;

// Does every rule hold, whichever alternative of a first-of will be taken?
//   requires T   some earlier step provides T with each of its alternatives, and is not optional
//   after T      no alternative of a later step provides T
//   conflicts T  no alternative of another step provides T
// Each error names both stages and both places; of two stages that stand in the wrong order, one
// is told. A stage without a descriptor is one that is not known: it breaks no rule, and may
// provide anything.
void CheckOrder(const std::vector<Step>& steps, const AllStages& all_stages, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_ORDER_H_
