// runtime start: has a container run its command that was created before.

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/created.h"
#include "runtime/launch/signals.h"
#include "runtime/state/living.h"
#include "runtime/state/root.h"
#include "runtime/state/start_socket.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {kRoot, kHelp};

Status CheckWaits(const state::LivingContainer& container, const std::string& id) {
  switch (container.phase()) {
    case state::Phase::kCreated:
      return Ok();
    case state::Phase::kPaused:
      return Error("the container has been started, and is paused:", id,
                   "runtime resume " + id + " lets it go on");
    default:
      return Error("the container has been started:", id, "runtime list shows what it does");
  }
}

// A start that was killed before it could write that down.
Error StartedBefore(state::LivingContainer& container, const std::string& id) {
  Status written = container.journal().SetPhase(state::Phase::kRunning);
  if (!written.ok()) return written.error();
  return Error("the container has been started:", id, "runtime list shows what it does");
}

Result<cli::Report> Start(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "start"));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  ASSIGN_OR_RETURN(auto container, state::LivingContainer::Take(root, id));
  RETURN_IF_ERROR(CheckWaits(container, id));
  // What comes between the word and its being written down waits.
  const launch::BlockedSignals blocked;
  ASSIGN_OR_RETURN(const launch::SignalSource signals, launch::SignalSource::Make(blocked));
  auto connection = state::ConnectForStart(root, id);
  if (!connection.ok() && connection.error()->errno_value == ECONNREFUSED) {
    return StartedBefore(container, id);
  }
  if (!connection.ok()) return std::move(connection).status();
  auto started =
      launch::AwaitStarted(std::move(*connection), signals, container.contents().facts.command);
  state::Journal& journal = container.journal();
  if (!started.ok() || !started->refused) {
    RETURN_IF_ERROR(journal.SetPhase(state::Phase::kRunning));
    if (!started.ok()) return std::move(started).status();
    return cli::Report{.exit_status = started->interrupted};
  }
  Error& refused = *started->refused;
  if (refused->exit_status == 0) refused.ExitStatus(cli::kRuntimeFailed);
  RETURN_IF_ERROR(journal.SetEnded(refused->exit_status));
  return refused;
}

}  // namespace

constexpr Command kStartCommand = {
    .name = "start",
    .synopsis = "[OPTIONS] ID",
    .summary = "start a container that runtime create has built",
    .about =
        "Has the container run its command, and returns as soon as it does. What it was built "
        "with cannot change any more.\n"
        "\n"
        "  runtime start web\n"
        "\n"
        "Exit status: 0 when the command runs; 126 when it cannot be executed, and the container "
        "has ended then.\n",
    .options = kOptions,
    .execute = Start};

}  // namespace slipway::commands
