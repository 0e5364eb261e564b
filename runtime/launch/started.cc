#include "runtime/launch/started.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/start.h"

namespace slipway::launch {
namespace {

Status CallEach(const StartedCall& call, const std::vector<Request>& passed) {
  Occasion occasion = call.occasion;
  occasion.phase = state::Phase::kRunning;
  slipway_context context = ContextFor(occasion);
  context.child_pid = call.pid;
  context.child_pidfd = call.pidfd.get();
  context.passed = &passed;
  for (const Stage& stage : call.stages) {
    RETURN_IF_ERROR(stage.Started(context));
    if (stage.descriptor().started) RETURN_IF_ERROR(CheckIntact(call.journal, stage, kStarted));
    ++context.stage;
  }
  return Ok();
}

}  // namespace

bool HasStarted(const std::vector<Stage>& stages) {
  return std::any_of(stages.begin(), stages.end(),
                     [](const Stage& stage) { return stage.descriptor().started != nullptr; });
}

Status CallStarted(const StartedCall& call, std::vector<Request> passed) {
  if (!HasStarted(call.stages)) return Ok();
  // What InChild hooks have kept, which are another process's.
  Status read = call.journal.Refresh();
  if (!read.ok()) return KeepingState(read.error());
  call.guard.Resume();
  const std::vector<Request> closed_behind = std::move(passed);
  Status status = CallEach(call, closed_behind);
  call.guard.Pause();
  return status;
}

}  // namespace slipway::launch
