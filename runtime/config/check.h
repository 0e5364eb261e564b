// Document -> Pipeline: the last of the checks that come before any side effect.

#ifndef SLIPWAY_RUNTIME_CONFIG_CHECK_H_
#define SLIPWAY_RUNTIME_CONFIG_CHECK_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/config/document.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/order.h"
#include "runtime/config/override.h"
#include "runtime/config/pipeline.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// Hands over the descriptor of a stage; it stays the caller's, and outlives the Pipeline. An error
// that the digest of a pin is to blame for has the option "sha256".
using LoadStage = std::function<Result<const slipway_stage*>(const std::string& name)>;

// Loads each stage through `load`, once; checks the options of each, of all alternatives, with
// `overrides` in place of what the file says (of two for one option, the later counts); checks the
// order rules. An error of `load` gets the place of the pin or of the stage, if it has none.
//
// Adds all that is wrong to `mistakes`, sorted, but nothing that only follows from what stands
// there already; nullopt when there is any, also from before.
std::optional<Pipeline> Check(const Document& document, const std::vector<Override>& overrides,
                              const LoadStage& load, Mistakes& mistakes,
                              const AllStages& all_stages = {});

// The pipeline, or the first mistake.
Result<Pipeline> Check(const Document& document, const std::vector<Override>& overrides,
                       const LoadStage& load);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_CHECK_H_
