// What `runtime help`, `runtime --help` and `runtime VERB --help` print: made from the verbs.

#ifndef SLIPWAY_RUNTIME_COMMANDS_HELP_H_
#define SLIPWAY_RUNTIME_COMMANDS_HELP_H_

#include <span>
#include <string>

#include "runtime/commands/command.h"

namespace slipway::commands {

// What the program is for, its verbs, and how a pipeline looks.
std::string Overview();

// A few lines, for whoever gives no words at all.
std::string ShortUsage();

// options: the verb's, and those that the stages of its config offer.
std::string HelpFor(const Command& command, std::span<const cli::Option> options);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_HELP_H_
