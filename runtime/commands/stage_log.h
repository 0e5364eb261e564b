// What stages say to the user, as lines on stderr.

#ifndef SLIPWAY_RUNTIME_COMMANDS_STAGE_LOG_H_
#define SLIPWAY_RUNTIME_COMMANDS_STAGE_LOG_H_

#include "runtime/launch/occasion.h"

namespace slipway::commands {

// Warnings, and with `verbose` everything.
launch::Log StageLog(bool verbose);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_STAGE_LOG_H_
