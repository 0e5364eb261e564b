// A container that runs already, for the verbs that do something with it: the container, and the
// stages that built it, loaded again.

#ifndef SLIPWAY_RUNTIME_COMMANDS_RUNNING_H_
#define SLIPWAY_RUNTIME_COMMANDS_RUNNING_H_

#include <chrono>
#include <memory>
#include <string>

#include "runtime/cli/words.h"
#include "runtime/commands/builders.h"
#include "runtime/commands/options.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/occasion.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"
#include "runtime/state/living.h"
#include "runtime/state/root.h"

namespace slipway::commands {

// The one container that a verb names. verb: for the hint of an error.
Result<std::string> OnlyId(const cli::Words& words, const std::string& verb);

// Looks at the container, and needs none of its stages.
Result<state::Seen> LookAt(const cli::Words& words, const std::string& id);

// For an operation: no other begins as long as this lives.
class Running {
 public:
  // words: with kRoot, kPluginDir, kTrust, kHookTimeout and kVerbose. take: which way the container
  // is taken.
  using Way = Result<state::LivingContainer> (*)(const state::Root& root, const std::string& id);
  static Result<std::unique_ptr<Running>> Take(const cli::Words& words, const std::string& id,
                                               slipway_operation operation, Needed needed,
                                               Way take = state::LivingContainer::Take);

  const state::Root& root() const { return *root_; }
  state::LivingContainer& container() { return container_; }
  const state::Facts& facts() const { return container_.contents().facts; }
  std::vector<launch::Stage>& stages() { return builders_.stages; }
  launch::Guard& guard() { return guard_; }
  std::chrono::seconds patience() const { return patience_; }
  const launch::Occasion& occasion() const { return occasion_; }

  // Pauses the container, or lets it go on. What fails or is killed halfway counts as paused, so
  // that another call lets it go on.
  Status SetFrozen(bool frozen);

  // Before a SIGKILL, which a process that stands still does not take in cgroup v1. One that has
  // not been paused may have frozen itself; where that cannot be looked at, it counts as running.
  Status LetGoOn();

 private:
  Running(const cli::Words& words, std::unique_ptr<state::Root> root,
          state::LivingContainer container, std::chrono::seconds patience,
          slipway_operation operation);

  const std::unique_ptr<state::Root> root_;  // whose address the container keeps
  state::LivingContainer container_;
  const std::chrono::seconds patience_;
  const launch::Log log_;
  const launch::OciState oci_state_;
  const launch::Occasion occasion_;
  launch::Guard guard_;
  loader::Loader loader_;
  Builders builders_;
};

// Fails for a container that waits for its start: its command is not there yet.
Status CheckStarted(const state::LivingContainer& container);

// The same as SetFrozen for a container that nothing else is done with. words: as of Take.
Status SetFrozen(const cli::Words& words, const std::string& id, bool frozen);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_RUNNING_H_
