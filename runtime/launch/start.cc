#include "runtime/launch/start.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <utility>

#include "runtime/launch/exit_status.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr const char* kKilled =
    "from outside; or by the kernel, if a memory limit is too small to start in";

std::string In(const char* hook) { return " " + std::string(WhereIn(hook)); }

// The end of a child in the middle of a hook. A SIGKILL is hardly the hook's own doing.
Error EndedInHook(int wait_status) {
  if (!WIFSIGNALED(wait_status)) {
    return Error("ended the child" + In(kInChild), {},
                 "a bug of the stage; exit status " + std::to_string(WEXITSTATUS(wait_status)));
  }
  const int signal = WTERMSIG(wait_status);
  if (signal == SIGKILL) return Error("was killed" + In(kInChild), {}, kKilled);
  return Error("crashed" + In(kInChild) + ": " + strsignal(signal), {}, "a bug of the stage");
}

Error EndedInExec(int wait_status) {
  int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  std::string what = signal ? "the container's first process" : "the command's process";
  what += " ended before the command ran";
  if (!signal) {
    // The init has passed on how its child ended.
    const int exit_status = WEXITSTATUS(wait_status);
    if (exit_status <= kSignalBase)
      return Error(what + ", with exit status " + std::to_string(exit_status));
    signal = exit_status - kSignalBase;
  }
  return Error(what + ": " + strsignal(signal), {}, signal == SIGKILL ? kKilled : "");
}

}  // namespace

Status CheckIntact(const state::Journal& journal, const Stage& stage, const char* hook) {
  if (journal.IsIntact()) return Ok();
  return Error("closed the runtime's descriptors" + In(hook), {},
               "a bug of the stage: a hook closes only what it has opened")
      .In(stage.name(), hook);
}

Status RunHooks(const Setup& setup, Progress& progress, ContainerRoot& root, const Log& log,
                const std::function<Status(const Stage&)>& after) {
  slipway_context context =
      ContextFor({.operation = SLIPWAY_START, .container_id = &setup.id, .log = &log});
  context.journal = &setup.journal;
  context.root = &root;
  for (const Stage& stage : setup.stages) {
    context.stage = progress.stage;
    RETURN_IF_ERROR(stage.InChild(context));
    if (stage.descriptor().in_child) RETURN_IF_ERROR(after(stage));
    ++progress.stage;
  }
  Status entered = root.Enter();
  if (entered.ok() || !root.is_set()) return entered;
  return setup.stages[root.stage()].Blamed(std::move(entered.error()), kInChild);
}

Status RecordChild(pid_t pid, const sys::Fd& pidfd, state::Journal& journal) {
  auto identity = sys::Identify(pid, pidfd);
  Status status =
      identity.ok() ? journal.SetChild(*identity) : Status(std::move(identity).status());
  return status.ok() ? std::move(status) : KeepingState(std::move(status.error()));
}

Error KeepingState(Error error) {
  if (error->errno_value) error.Prefix("cannot keep the container's state");
  return error.In({}, "journal");
}

Error InHook(const Setup& setup, size_t stage, Error error) {
  if (stage < setup.stages.size()) return error.In(setup.stages[stage].name(), kInChild);
  return error.In({}, "exec");
}

Error TookTooLong(const Setup& setup, size_t stage) {
  const bool hook = stage < setup.stages.size();
  return InHook(
      setup, stage,
      Error((hook ? "hung" + In(kInChild) : std::string("the start of the command hung")) +
                ": no end within " + std::to_string(setup.patience.count()) + " s",
            {}, "--hook-timeout sets how long a hook may take"));
}

Error OutOfStack(const Setup& setup, size_t stage) {
  return InHook(setup, stage,
                Error("crashed: the stack is used up", {},
                      "the limit of the stack, RLIMIT_STACK, is too low: raise it with ulimit -s"));
}

Error Interrupted(const Setup& setup, size_t stage, int signal) {
  const bool hook = stage < setup.stages.size();
  return InHook(
      setup, stage,
      Error("interrupted" + (hook ? In(kInChild) : std::string()) + ": " + strsignal(signal)));
}

Error EndedEarly(const Setup& setup, size_t stage, int wait_status) {
  return InHook(setup, stage,
                stage < setup.stages.size() ? EndedInHook(wait_status) : EndedInExec(wait_status));
}

}  // namespace slipway::launch
