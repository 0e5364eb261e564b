// The order rules of a pipeline: pure logic over the descriptors of its stages.

#ifndef SLIPWAY_RUNTIME_CONFIG_ORDER_H_
#define SLIPWAY_RUNTIME_CONFIG_ORDER_H_

#include <vector>

#include "runtime/config/pipeline.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// Does every rule hold, whichever alternative of a first-of will be taken?
//   requires T   some earlier step provides T with each of its alternatives
//   after T      no alternative of a later step provides T
//   conflicts T  no alternative of another step provides T
// The error names both stages and both places.
Status CheckOrder(const std::vector<Step>& steps);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_ORDER_H_
