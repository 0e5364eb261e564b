// Undoes a container that has no host any more, with the stages that built it.

#ifndef SLIPWAY_RUNTIME_COMMANDS_UNDO_H_
#define SLIPWAY_RUNTIME_COMMANDS_UNDO_H_

#include <string>
#include <vector>

#include "runtime/launch/occasion.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"
#include "runtime/state/survey.h"

namespace slipway::commands {

// Ends its first process, undoes `entries`, which are the container's or the first of them, and
// removes its state if they are all. Returns what failed; then the state stays.
std::vector<Error> UndoContainer(state::DeadContainer& container,
                                 const std::vector<state::Entry>& entries, loader::Loader& loader,
                                 const std::vector<std::string>& plugin_dirs,
                                 const launch::Log& log);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_UNDO_H_
