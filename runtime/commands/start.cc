// runtime start: has a container run its command that was created before.

#include <signal.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/created.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/started.h"
#include "runtime/state/contents.h"
#include "runtime/state/living.h"
#include "runtime/state/root.h"
#include "runtime/state/start_socket.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {
    kPluginDir, kTrust, kRoot, kHookTimeout, kVerbose, kHelp,
};

// For the end of a first process that was killed.
constexpr std::chrono::seconds kPatience{10};

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

// It runs, and must not: the first process ends, and with it those of a pid namespace of its own.
// A hook may have closed what this process held open.
Error EndedBy(state::LivingContainer& container, Error error) {
  if (error->exit_status == 0) error.ExitStatus(cli::kRuntimeFailed);
  const auto& child = container.contents().child;
  const auto pidfd = child ? sys::FindProcess(*child) : Result<sys::Fd>(sys::Fd());
  if (pidfd.ok() && pidfd->valid()) {
    (void)sys::SendSignal(*pidfd, SIGKILL).ok();
    (void)sys::AwaitExit(*pidfd, kPatience).ok();
  }
  state::Journal& journal = container.journal();
  if (journal.TakeBack().ok()) (void)journal.SetEnded(error->exit_status).ok();
  return error;
}

// For a hook that does not come back: then nothing is left to put the line together.
std::vector<std::string> EndLines() {
  constexpr int kEnd = launch::kSignalBase + NSIG;
  std::vector<std::string> lines;
  for (int status = 0; status < kEnd; ++status) lines.push_back(state::FormatEnded(status));
  return lines;
}

Status TellStages(Running& running) {
  if (!launch::HasStarted(running.stages())) return Ok();
  state::LivingContainer& container = running.container();
  running.guard().SetEndLines(container.journal().fd(), EndLines());
  running.guard().SetChild(container.child().get());
  Status status = launch::CallStarted({.occasion = running.occasion(),
                                       .stages = running.stages(),
                                       .guard = running.guard(),
                                       .journal = container.journal(),
                                       .pid = container.pid(),
                                       .pidfd = container.child()},
                                      {});
  running.guard().SetChild(-1);
  running.guard().SetEndLines(-1, {});
  return status;
}

// Why the command does not run although it was told to, or not as far as anybody knows.
Error NoAnswer(const Running& running, const launch::Started& started) {
  const std::string& id = running.facts().id;
  if (started.interrupted != 0) {
    return Error("interrupted before the container has answered:", id)
        .ExitStatus(started.interrupted);
  }
  return Error("the container does not answer:", id,
               "its first process may be stopped or frozen, or its command's file far away; "
               "--hook-timeout sets how long it may take");
}

// One that has not taken note of it waits on. Where that cannot be asked, a later start finds out.
bool StillWaits(const Running& running) {
  const auto connection = state::ConnectForStart(running.root(), running.facts().id);
  return connection.ok() || connection.error()->errno_value != ECONNREFUSED;
}

// What comes between the word and its being written down waits.
Result<cli::Report> StartWaiting(Running& running) {
  state::LivingContainer& container = running.container();
  launch::BlockedSignals blocked;
  if (running.guard().TickWasBlocked()) blocked.KeepBlocked(SIGALRM);
  running.guard().Pause();
  ASSIGN_OR_RETURN(const launch::SignalSource signals, launch::SignalSource::Make(blocked));
  auto connection = state::ConnectForStart(running.root(), running.facts().id);
  if (!connection.ok() && connection.error()->errno_value == ECONNREFUSED) {
    return StartedBefore(container, running.facts().id);
  }
  if (!connection.ok()) return std::move(connection).status();
  auto started = launch::AwaitStarted(std::move(*connection), signals, running.facts().command,
                                      running.patience());
  const bool unanswered = !started.ok() || started->interrupted != 0 || started->too_late;
  const auto why = [&] { return started.ok() ? NoAnswer(running, *started) : started.error(); };
  if (unanswered && StillWaits(running)) return why();
  if (started.ok() && started->refused) {
    Error& refused = *started->refused;
    if (refused->exit_status == 0) refused.ExitStatus(cli::kRuntimeFailed);
    RETURN_IF_ERROR(container.journal().SetEnded(refused->exit_status));
    return refused;
  }
  if (unanswered && launch::HasStarted(running.stages())) return EndedBy(container, why());
  if (!unanswered) {
    Status told = TellStages(running);
    if (!told.ok()) return EndedBy(container, std::move(told.error()));
  }
  RETURN_IF_ERROR(container.journal().SetPhase(state::Phase::kRunning));
  if (unanswered) return why();
  return cli::Report{};
}

Result<cli::Report> Start(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "start"));
  if (words.Has(kVerbose.name)) cli::SetVerbose();
  ASSIGN_OR_RETURN(const auto running,
                   Running::Take(words, id, SLIPWAY_START, Needed::kWithStarted));
  RETURN_IF_ERROR(CheckWaits(running->container(), id));
  RETURN_IF_ERROR(launch::CreateAll(running->stages(), running->occasion()));
  return StartWaiting(*running);
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
        "Exit status: 0 when the command runs; 126 when it cannot be executed, 125 when a stage "
        "does not agree, and the container has ended then. A container that does not answer "
        "within --hook-timeout, or before a signal comes, waits on; that is 125, or 128 + the "
        "signal's number.\n",
    .options = kOptions,
    .execute = Start};

}  // namespace slipway::commands
