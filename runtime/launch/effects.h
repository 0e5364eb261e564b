// What a stage says that it would do.

#ifndef SLIPWAY_RUNTIME_LAUNCH_EFFECTS_H_
#define SLIPWAY_RUNTIME_LAUNCH_EFFECTS_H_

#include <string>

#include "runtime/sdk/abi.h"

namespace slipway::launch {

struct Effect {
  slipway_effect kind;
  std::string subject;  // of what, such as a path
  std::string detail;   // how, in words; or empty
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_EFFECTS_H_
