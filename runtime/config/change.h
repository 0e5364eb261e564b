// Options of stages that run already, changed by --set.

#ifndef SLIPWAY_RUNTIME_CONFIG_CHANGE_H_
#define SLIPWAY_RUNTIME_CONFIG_CHANGE_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/override.h"
#include "runtime/config/values.h"
#include "runtime/sdk/abi.h"

namespace slipway::config {

struct RunningStage {
  const slipway_stage* descriptor;
  const slipway_value* options;  // as they are now; outlive what is made of them
};

struct ChangedStage {
  size_t stage;                                 // position in the pipeline
  std::shared_ptr<const OptionValues> options;  // all of them
};

// The stages of which an option is set. Adds every mistake to `mistakes`, also an option that
// cannot change while the container runs.
std::vector<ChangedStage> ChangeOptions(const std::vector<Override>& overrides,
                                        const std::vector<RunningStage>& stages,
                                        Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_CHANGE_H_
