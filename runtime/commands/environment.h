// The environment of the command in the container.

#ifndef SLIPWAY_RUNTIME_COMMANDS_ENVIRONMENT_H_
#define SLIPWAY_RUNTIME_COMMANDS_ENVIRONMENT_H_

#include <string>
#include <vector>

#include "runtime/config/process.h"

namespace slipway::commands {

// NAME=VALUE each. A few that every program counts on, where nobody sets them: PATH, HOME, and the
// caller's TERM. Nothing else of the caller's comes in by itself.
std::vector<std::string> DefaultEnvironment();

// The config's variables and those of the caller's that it passes on, sorted by name.
std::vector<std::string> EnvironmentOf(const config::Process& process);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_ENVIRONMENT_H_
