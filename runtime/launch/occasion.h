// For which container the hooks of stages are called, and why.

#ifndef SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_
#define SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_

#include <string>

#include "runtime/sdk/abi.h"

namespace slipway::launch {

struct Occasion {
  slipway_operation operation = SLIPWAY_CHECK;
  const std::string* container_id = nullptr;  // or null: there is no container
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_OCCASION_H_
