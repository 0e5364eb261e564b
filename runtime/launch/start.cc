#include "runtime/launch/start.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <utility>

#include "runtime/launch/host_table.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

std::string DescribeEnd(int wait_status) {
  if (WIFSIGNALED(wait_status)) return strsignal(WTERMSIG(wait_status));
  return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace

Status CheckIntact(const state::Journal& journal, const Stage& stage, const char* hook) {
  if (journal.IsIntact()) return Ok();
  return Error("closed the host's descriptors", {},
               "a bug of the stage: a hook closes only what it has opened")
      .In(stage.name(), hook);
}

Status RunHooks(const Setup& setup, Progress& progress,
                const std::function<Status(const Stage&)>& after) {
  slipway_context context;
  context.container_id = &setup.id;
  context.in_child = true;
  for (const Stage& stage : setup.stages) {
    context.stage = progress.stage;
    RETURN_IF_ERROR(stage.InChild(context));
    if (stage.descriptor().in_child) RETURN_IF_ERROR(after(stage));
    ++progress.stage;
  }
  return Ok();
}

Status RecordChild(pid_t pid, const sys::Fd& pidfd, state::Journal& journal) {
  auto identity = sys::Identify(pid, pidfd);
  Status status =
      identity.ok() ? journal.SetChild(*identity) : Status(std::move(identity).status());
  if (!status.ok()) status.error().In({}, "journal");
  return status;
}

Error InHook(const Setup& setup, size_t stage, Error error) {
  if (stage < setup.stages.size()) return error.In(setup.stages[stage].name(), "in-child");
  return error.In({}, "exec");
}

Error TookTooLong(const Setup& setup, size_t stage) {
  return InHook(setup, stage,
                Error("did not end within " + std::to_string(setup.patience.count()) + " s", {},
                      "--hook-timeout sets how long a hook may take"));
}

Error EndedEarly(const Setup& setup, size_t stage, int wait_status) {
  Error error("the child ended before the command ran", DescribeEnd(wait_status));
  if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL) {
    error.Hint("killed from outside; by the kernel, if a memory limit is too small to start in");
  }
  return InHook(setup, stage, std::move(error));
}

}  // namespace slipway::launch
