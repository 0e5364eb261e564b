#include "runtime/commands/undo.h"

#include <chrono>
#include <utility>

#include "runtime/commands/builders.h"
#include "runtime/commands/oci_state.h"
#include "runtime/launch/unwinder.h"

namespace slipway::commands {
namespace {

// For the end of a first process that was killed.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kPatienceOnceUndone{2};

}  // namespace

std::vector<Error> UndoContainer(state::DeadContainer& container,
                                 const std::vector<state::Entry>& entries, loader::Loader& loader,
                                 const std::vector<std::string>& plugin_dirs,
                                 const launch::Log& log) {
  auto builders = LoadBuilders(loader, plugin_dirs, container.contents());
  if (!builders.ok()) return {builders.error()};
  const launch::OciState oci_state = OciStateOf(container.contents().facts);
  const launch::Occasion gc{.operation = SLIPWAY_GC,
                            .container_id = &container.contents().facts.id,
                            .phase = state::Phase::kStopped,
                            .log = &log,
                            .entries = &entries,
                            .states = &container.contents().states,
                            .annotations = &container.contents().facts.annotations,
                            .oci_state = &oci_state};
  Status ended = container.EndChild(kPatience);
  std::vector<Error> failures = launch::Unwind(gc, builders->stages);
  if (!ended.ok()) {
    // A frozen process ends when it is thawed, which is a stage's to undo. What it was killed
    // by waits for it: it runs no code of its own any more, whatever is taken from under it.
    ended = container.EndChild(kPatienceOnceUndone);
    if (!ended.ok()) {
      failures.insert(failures.begin(), std::move(ended.error()));
    } else if (!failures.empty()) {
      failures = launch::Unwind(gc, builders->stages);
    }
  }
  if (!failures.empty() || entries.size() < container.contents().entries.size()) return failures;
  Status removed = container.Remove();
  if (!removed.ok()) failures.push_back(removed.error());
  return failures;
}

}  // namespace slipway::commands
