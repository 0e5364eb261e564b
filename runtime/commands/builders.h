// The stages that built a container, loaded again by another process that is to undo it.

#ifndef SLIPWAY_RUNTIME_COMMANDS_BUILDERS_H_
#define SLIPWAY_RUNTIME_COMMANDS_BUILDERS_H_

#include <string>
#include <vector>

#include "runtime/launch/stage.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/values.h"

namespace slipway::commands {

// The stages, and what they point into.
struct Builders {
  std::vector<launch::Stage> stages;  // one for each of the pipeline, by its position
  std::vector<state::Values> options;
};

enum class Needed {
  kWithRecords,  // stages that have left none do nothing, whatever they are asked
  kWithStarted,  // those that want to know that the command runs
  kAll,
};

// Loads each plugin from where the journal says that it was; or, when that has gone, the same one
// from plugin_dirs.
Result<Builders> LoadBuilders(loader::Loader& loader, const std::vector<std::string>& plugin_dirs,
                              const state::Contents& contents,
                              Needed needed = Needed::kWithRecords);

// What LoadBuilders will have to know of the stages of a container that is about to be made.
Result<std::vector<state::SavedStage>> SavedStages(const std::vector<launch::Stage>& stages,
                                                   const loader::Loader& loader);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_BUILDERS_H_
