#include "runtime/commands/running.h"

#include <utility>

#include "runtime/commands/container_id.h"
#include "runtime/commands/oci_state.h"
#include "runtime/commands/stage_log.h"
#include "runtime/launch/operations.h"

namespace slipway::commands {

Result<std::string> OnlyId(const cli::Words& words, const std::string& verb) {
  const std::string help = "runtime " + verb + " --help";
  if (words.rest.empty()) {
    return Error("which container?", {}, "write its id; runtime list shows them; see " + help);
  }
  RETURN_IF_ERROR(ExpectNoMore(words.rest, 1, help.c_str()));
  RETURN_IF_ERROR(CheckId(words.rest.front()));
  return words.rest.front();
}

Result<state::Seen> LookAt(const cli::Words& words, const std::string& id) {
  RETURN_IF_ERROR(CheckId(id));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  return state::LookAtLiving(root, id);
}

Running::Running(const cli::Words& words, std::unique_ptr<state::Root> root,
                 state::LivingContainer container, std::chrono::seconds patience,
                 slipway_operation operation)
    : root_(std::move(root)),
      container_(std::move(container)),
      patience_(patience),
      log_(StageLog(words.Has(kVerbose.name))),
      oci_state_(OciStateOf(container_.contents().facts)),
      occasion_{.operation = operation,
                .container_id = &container_.contents().facts.id,
                .phase = container_.phase(),
                .pid = container_.pid(),
                .log = &log_,
                .entries = &container_.journal().entries(),
                .states = &container_.journal().states(),
                .annotations = &container_.contents().facts.annotations,
                .oci_state = &oci_state_},
      guard_(patience),
      loader_(FoldersOf(words)) {}

Result<std::unique_ptr<Running>> Running::Take(const cli::Words& words, const std::string& id,
                                               slipway_operation operation, Needed needed,
                                               Way take) {
  RETURN_IF_ERROR(CheckId(id));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const std::chrono::seconds patience, HookTimeout(words));
  RETURN_IF_ERROR(CheckFolders(words));
  ASSIGN_OR_RETURN(state::Root opened, state::Root::Open(folder));
  auto root = std::make_unique<state::Root>(std::move(opened));
  ASSIGN_OR_RETURN(auto container, take(*root, id));
  std::unique_ptr<Running> running(
      new Running(words, std::move(root), std::move(container), patience, operation));
  ASSIGN_OR_RETURN(running->builders_, LoadBuilders(running->loader_, words.Texts(kPluginDir.name),
                                                    running->container_.contents(), needed));
  return running;
}

Status CheckStarted(const state::LivingContainer& container) {
  if (container.phase() != state::Phase::kCreated) return Ok();
  const std::string& id = container.contents().facts.id;
  return Error("the container has not been started yet:", id, "runtime start " + id + " does that");
}

Status Running::SetFrozen(bool frozen) {
  RETURN_IF_ERROR(CheckStarted(container_));
  state::Journal& journal = container_.journal();
  if (frozen) RETURN_IF_ERROR(journal.SetPhase(state::Phase::kPaused));
  Status status = launch::Freeze(occasion_, builders_.stages, journal, frozen);
  if (frozen == status.ok()) return status;
  // After a pause that has failed the stages have let it go on.
  Status written = journal.SetPhase(state::Phase::kRunning);
  return status.ok() ? std::move(written) : std::move(status);
}

Status Running::LetGoOn() {
  const bool paused = container_.phase() == state::Phase::kPaused;
  Status status = SetFrozen(false);
  return paused ? std::move(status) : Ok();
}

Status SetFrozen(const cli::Words& words, const std::string& id, bool frozen) {
  ASSIGN_OR_RETURN(const auto running,
                   Running::Take(words, id, SLIPWAY_FREEZE, Needed::kWithRecords));
  return running->SetFrozen(frozen);
}

}  // namespace slipway::commands
