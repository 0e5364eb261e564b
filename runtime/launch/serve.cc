#include "runtime/launch/serve.h"

#include <cerrno>
#include <utility>

#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"

namespace slipway::launch {
namespace {

// A child that has died by now is its waiter's to tell.
Status Sent(Status status) {
  if (status.ok()) return status;
  const int cause = status.error()->errno_value;
  if (cause == EPIPE || cause == ECONNRESET) return Ok();
  return status;
}

}  // namespace

Status Handle(const Setup& setup, const Channel& channel, Request request, Began& began) {
  if (request.stage >= setup.stages.size()) {
    return Error(EBADMSG, "find the stage that asks").In({}, "channel");
  }
  if (request.kind == Request::Kind::kPassed) {
    began.passed.push_back(std::move(request));
    return Ok();
  }
  if (request.kind == Request::Kind::kTerminal) {
    began.terminal = std::move(request.file);
    return Ok();
  }
  // Of what InChild has kept.
  if (setup.journal != nullptr) {
    Status read = setup.journal->Refresh();
    if (!read.ok()) return KeepingState(read.error());
  }
  const Stage& stage = setup.stages[request.stage];
  Request reply;
  slipway_context context = ContextFor(setup.occasion);
  context.stage = request.stage;
  context.reply = &reply;
  setup.guard.Resume();
  const Status served = stage.Serve(context, request.bytes, request.file.get());
  setup.guard.Pause();
  if (!channel.IsIntact() || (setup.journal != nullptr && !setup.journal->IsIntact())) {
    return ClosedDescriptors(stage, kServe);
  }
  if (!served.ok()) return Sent(channel.Send(MessageType::kFailed, *served.error()));
  return Sent(
      channel.SendRequest(Request::Kind::kAnswered, request.stage, reply.bytes, reply.file.get()));
}

}  // namespace slipway::launch
