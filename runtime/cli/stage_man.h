// The manual page of a stage, made from its descriptor.

#ifndef SLIPWAY_RUNTIME_CLI_STAGE_MAN_H_
#define SLIPWAY_RUNTIME_CLI_STAGE_MAN_H_

#include <string>
#include <string_view>

#include "runtime/sdk/abi.h"

namespace slipway::cli {

// The source of slipway-stage-NAME(7).
std::string StageAsMan(const slipway_stage& stage, std::string_view version);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_STAGE_MAN_H_
