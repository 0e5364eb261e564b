// Who wants something of the plan.

#ifndef SLIPWAY_RUNTIME_LAUNCH_WISHER_H_
#define SLIPWAY_RUNTIME_LAUNCH_WISHER_H_

#include <cstddef>
#include <string>

namespace slipway::launch {

// A stage; or, without a name, the caller.
struct Wisher {
  std::string name;
  size_t stage = 0;   // position in the pipeline
  std::string where;  // file:line:column of the pipeline
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_WISHER_H_
