// The manual pages of the runtime and its verbs, made from what their help is made from.

#ifndef SLIPWAY_RUNTIME_COMMANDS_MANUAL_H_
#define SLIPWAY_RUNTIME_COMMANDS_MANUAL_H_

#include <string>
#include <string_view>

#include "runtime/commands/command.h"

namespace slipway::commands {

// Of a verb with a pipeline: for its help.
inline constexpr std::string_view kMoreOptions =
    "The stages of a config may offer more options, such as --memory; "
    "\"runtime --config FILE --help\" lists them.\n";

// The source of runtime(1). purpose, pipeline: the texts of the overview.
std::string ManualPage(std::string_view purpose, std::string_view pipeline);

// The source of runtime-VERB(1).
std::string ManualPageFor(const Command& command);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_MANUAL_H_
