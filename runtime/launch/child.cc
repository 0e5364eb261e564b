#include "runtime/launch/child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/launch/exit_status.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/init.h"

namespace slipway::launch {
namespace {

[[noreturn]] void Report(const Channel& channel, Progress& progress, const Error& error) {
  if (!channel.Send(MessageType::kFailed, *error).ok()) {
    progress.error = *error;
    progress.failed = true;
  }
  _exit(kRuntimeFailed);
}

void AwaitRelease(const Channel& channel, Progress& progress) {
  auto message = channel.Receive();
  if (!message.ok()) Report(channel, progress, message.error());
  if (!message->has_value() || (*message)->type != MessageType::kRelease) _exit(kRuntimeFailed);
}

Status RunHooks(const Setup& setup, const Channel& channel, Progress& progress) {
  slipway_context context;
  context.container_id = &setup.id;
  context.in_child = true;
  for (const Stage& stage : setup.stages) {
    context.stage = progress.stage;
    RETURN_IF_ERROR(stage.InChild(context));
    if (stage.descriptor().in_child && !channel.IsIntact()) {
      progress.channel_lost = true;
      _exit(kRuntimeFailed);
    }
    ++progress.stage;
  }
  return Ok();
}

// Once more, because a change of credentials by a hook unties; PR_SET_PDEATHSIG(2const). A host
// that died in between has closed the channel.
void TieToHost(const Channel& channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (channel.PeerIsGone()) _exit(kRuntimeFailed);
}

Status PutInitBefore(const Setup& setup) {
  const pid_t command = fork();
  if (command < 0) return Error(errno, "fork").In({}, "init");
  if (command > 0) RunInit(command, setup.signals.set());
  return Ok();
}

}  // namespace

void RunChild(const Setup& setup, const Channel& channel, Progress& progress) {
  Guard::LeaveInChild();
  // A host that died before this call closes the channel, so that no Release comes.
  if (!setup.outlives_host) prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (setup.parks_first) AwaitRelease(channel, progress);
  Status status = RunHooks(setup, channel, progress);
  if (status.ok() && !setup.parks_first) AwaitRelease(channel, progress);
  if (!setup.outlives_host) TieToHost(channel);
  if (status.ok() && setup.plan.init) status = PutInitBefore(setup);
  if (status.ok()) status = PrepareExec(setup.command, setup.plan.kept_fds);
  if (status.ok()) status = channel.Send(MessageType::kReady);
  if (!status.ok()) Report(channel, progress, status.error());
  Report(channel, progress, Exec(setup.command, setup.signals.before()));
}

}  // namespace slipway::launch
