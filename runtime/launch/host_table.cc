#include "runtime/launch/host_table.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::launch {
namespace {

constexpr uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                                     CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWCGROUP;

int Fail(slipway_error* error, const Error& cause) {
  *error = *cause;
  return -1;
}

int WrongHook(slipway_error* error, std::string_view function, std::string_view hooks) {
  return Fail(error, Error("called " + std::string(function) + " outside its hooks", {},
                           "a bug of the stage: only in " + std::string(hooks)));
}

const char* ContainerId(const slipway_context* context) { return context->container_id->c_str(); }

int RecordUndo(slipway_context* context, const void* record, size_t size, slipway_error* error) {
  if (!context->journal) return WrongHook(error, "record_undo", "PreClone and PostClone");
  Status status =
      context->journal->Append(context->stage, {static_cast<const char*>(record), size});
  if (status.ok()) return 0;
  if (status.error()->errno_value) status.error().Prefix("cannot keep the container's state");
  return Fail(error, status.error());
}

int AddNamespaces(slipway_context* context, uint64_t flags, slipway_error* error) {
  if (!context->plan) return WrongHook(error, "add_namespaces", "PreClone");
  if (flags & ~kNamespaceFlags) {
    return Fail(error, Error("asked for flags that are no namespaces", {},
                             "a bug of the stage: add_namespaces takes CLONE_NEW* of clone(2)"));
  }
  context->plan->namespaces |= flags;
  context->plan->namespace_wishes.push_back({context->stage_name, flags});
  return 0;
}

int SetCgroup(slipway_context* context, int cgroup_fd, slipway_error* error) {
  if (!context->plan) return WrongHook(error, "set_cgroup", "PreClone");
  if (cgroup_fd < 0)
    return Fail(error, Error(EBADF, "start the container in a cgroup", {}, "a bug of the stage"));
  if (context->plan->cgroup_fd >= 0) {
    return Fail(error, Error("a second cgroup for the container to start in", {},
                             "the stage " + context->plan->cgroup_stage + " has set one already"));
  }
  context->plan->cgroup_fd = cgroup_fd;
  context->plan->cgroup_stage = context->stage_name;
  return 0;
}

int KeepFd(slipway_context* context, int fd, slipway_error* error) {
  if (!context->plan) return WrongHook(error, "keep_fd", "PreClone");
  if (fcntl(fd, F_GETFD) < 0)
    return Fail(error, Error(errno, "keep the descriptor", std::to_string(fd)));
  context->plan->Keep(fd);
  return 0;
}

int UseInit(slipway_context* context, slipway_error* error) {
  if (!context->plan) return WrongHook(error, "use_init", "PreClone");
  context->plan->init = true;
  return 0;
}

int32_t ChildPid(const slipway_context* context) { return context->child_pid; }

int ChildPidfd(const slipway_context* context) { return context->child_pidfd; }

int Answer(slipway_error* error, const Status& status) {
  return status.ok() ? 0 : Fail(error, status.error());
}

int SetRoot(slipway_context* context, int root, uint32_t flags, slipway_error* error) {
  if (!context->root) return WrongHook(error, "set_root", "InChild");
  return Answer(error, context->root->Set(root, flags, {context->stage, context->stage_name}));
}

int Attach(slipway_context* context, int mount, const char* path, uint32_t flags,
           slipway_error* error) {
  if (!context->root) return WrongHook(error, "attach", "InChild");
  return Answer(error,
                context->root->Attach(mount, path, flags, {context->stage, context->stage_name}));
}

int OpenInRoot(slipway_context* context, const char* path, int flags, slipway_error* error) {
  if (!context->root) return WrongHook(error, "open_in_root", "InChild");
  auto fd = context->root->Open(path, flags);
  return fd.ok() ? fd->Release() : Fail(error, fd.error());
}

int AddFigure(slipway_context* context, const char* name, int64_t value, slipway_error* error) {
  if (!context->findings) return WrongHook(error, "add_figure", "Report");
  int64_t& sum = context->findings->figures[context->stage_name][name];
  if (__builtin_add_overflow(sum, value, &sum)) sum = value > 0 ? INT64_MAX : INT64_MIN;
  return 0;
}

int AddNote(slipway_context* context, const char* text, slipway_error* error) {
  if (!context->findings) return WrongHook(error, "add_note", "Report");
  context->findings->notes.push_back(Error(text).In(context->stage_name, {}));
  return 0;
}

int SetCause(slipway_context* context, slipway_cause cause, slipway_error* error) {
  if (!context->findings) return WrongHook(error, "set_cause", "Report");
  if (cause != SLIPWAY_OUT_OF_MEMORY)
    return Fail(error, Error("set an unknown cause", {}, "a bug of the stage"));
  context->findings->out_of_memory = true;
  return 0;
}

constexpr slipway_host kHost = {
    .struct_size = sizeof(slipway_host),
    .reserved = 0,
    .container_id = ContainerId,
    .record_undo = RecordUndo,
    .add_namespaces = AddNamespaces,
    .set_cgroup = SetCgroup,
    .keep_fd = KeepFd,
    .use_init = UseInit,
    .child_pid = ChildPid,
    .child_pidfd = ChildPidfd,
    .set_root = SetRoot,
    .attach = Attach,
    .open_in_root = OpenInRoot,
    .add_figure = AddFigure,
    .add_note = AddNote,
    .set_cause = SetCause,
};

}  // namespace

const slipway_host* HostTable() { return &kHost; }

}  // namespace slipway::launch
