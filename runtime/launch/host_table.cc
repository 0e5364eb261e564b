#include "runtime/launch/host_table.h"

#include <fcntl.h>

#include <cerrno>
#include <exception>
#include <limits>
#include <new>
#include <string_view>

#include "runtime/launch/namespace_table.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {
namespace {

// The hooks that may leave something in the journal.
constexpr const char* kKeeping = "PreClone, PostClone and InChild of a start, Freeze and Update";

std::string_view TextOf(const char* text) { return text != nullptr ? text : ""; }

// In every hook. None of these allocates memory.

int Fail(slipway_error* error, int errno_value, const char* operation, const char* subject,
         const char* hint) noexcept {
  ErrorRecord& record = error->record;
  record = {};
  record.errno_value = errno_value;
  CopyText(record.operation, TextOf(operation));
  CopySubject(record.subject, TextOf(subject));
  CopyText(record.hint, TextOf(hint));
  return -1;
}

void BlameOption(slipway_error* error, const char* option) noexcept {
  CopyText(error->record.option, TextOf(option));
}

void Cure(slipway_error* error, const char* text) noexcept {
  CopyText(error->record.cure, TextOf(text));
}

int ErrorErrno(const slipway_error* error) noexcept { return error->record.errno_value; }

const char* ErrorText(const slipway_error* error, slipway_error_part part) noexcept {
  const ErrorRecord& record = error->record;
  switch (part) {
    case SLIPWAY_OPERATION:
      return record.operation;
    case SLIPWAY_SUBJECT:
      return record.subject;
    case SLIPWAY_HINT:
      return record.hint;
    case SLIPWAY_OPTION:
      return record.option;
    case SLIPWAY_CURE:
      return record.cure;
  }
  return "";
}

const char* ContainerId(const slipway_context* context) noexcept {
  return context->container_id != nullptr ? context->container_id->c_str() : "";
}

uint32_t Operation(const slipway_context* context) noexcept { return context->operation; }

void WriteLog(slipway_context* context, uint32_t level, const char* text) noexcept {
  if (context->log == nullptr || !*context->log) return;
  try {
    (*context->log)(level == SLIPWAY_INFO ? SLIPWAY_INFO : SLIPWAY_WARNING,
                    Error(TextOf(text)).In(context->descriptor->name, {}));
  } catch (...) {
    return;  // without memory for it, nothing is said
  }
}

// In some hooks.

int FailWith(slipway_error* error, const Error& cause) {
  error->record = *cause;
  return -1;
}

// Runs what a function of the host does: no exception crosses into the stage.
template <typename Function>
int Caught(slipway_error* error, const char* operation, Function function) noexcept {
  try {
    const Status status = function();
    return status.ok() ? 0 : FailWith(error, status.error());
  } catch (const std::bad_alloc&) {
    return Fail(error, ENOMEM, operation, nullptr, nullptr);
  } catch (const std::exception& exception) {
    return Fail(error, 0, "internal error", exception.what(), nullptr);
  } catch (...) {
    return Fail(error, 0, "internal error", nullptr, nullptr);
  }
}

Error WrongHook(std::string_view function, std::string_view hooks) {
  return Error("called " + std::string(function) + " outside its hooks", {},
               "a bug of the stage: only in " + std::string(hooks));
}

int RecordUndo(slipway_context* context, const void* record, size_t size,
               slipway_error* error) noexcept {
  return Caught(error, "keep a record", [&]() -> Status {
    if (!context->journal) return WrongHook("record_undo", kKeeping);
    if (!context->descriptor->teardown) {
      return Error("left a record, but has no Teardown hook", {},
                   "a bug of the stage: nothing would ever undo it");
    }
    Status status =
        context->journal->Append(context->stage, {static_cast<const char*>(record), size});
    if (!status.ok() && status.error()->errno_value) {
      status.error().Prefix("cannot keep the container's state");
    }
    return status;
  });
}

int RecordState(slipway_context* context, const void* state, size_t size,
                slipway_error* error) noexcept {
  return Caught(error, "keep a state", [&]() -> Status {
    if (!context->journal) return WrongHook("record_state", kKeeping);
    Status status =
        context->journal->SetState(context->stage, {static_cast<const char*>(state), size});
    if (!status.ok() && status.error()->errno_value) {
      status.error().Prefix("cannot keep the container's state");
    }
    return status;
  });
}

const void* KeptState(const slipway_context* context, size_t* size) noexcept {
  *size = 0;
  if (context->states == nullptr || context->stage >= context->states->size()) return nullptr;
  const std::string& state = (*context->states)[context->stage];
  *size = state.size();
  return state.empty() ? nullptr : state.data();
}

const void* UndoRecord(const slipway_context* context, size_t index, size_t* size) noexcept {
  *size = 0;
  if (context->entries == nullptr) return nullptr;
  for (const state::Entry& entry : *context->entries) {
    if (entry.stage != context->stage || index-- != 0) continue;
    *size = entry.record.size();
    return entry.record.data();
  }
  return nullptr;
}

Asking AskingIn(const slipway_context* context) { return {*context->descriptor, context->stage}; }

// A further process enters the namespaces that there are.
bool Enters(const slipway_context* context) { return context->operation == SLIPWAY_EXEC; }

int AddNamespaces(slipway_context* context, uint64_t flags, slipway_error* error) noexcept {
  return Caught(error, "add a namespace", [&]() -> Status {
    if (!context->plan) return WrongHook("add_namespaces", "PreClone");
    return WishNamespaces(*context->plan, AskingIn(context), flags);
  });
}

int AddIdMap(slipway_context* context, uint32_t kind, uint32_t inside, uint32_t outside,
             uint32_t count, slipway_error* error) noexcept {
  return Caught(error, "map ids", [&]() -> Status {
    if (!context->plan) return WrongHook("add_id_map", "PreClone");
    if (Enters(context)) return Ok();
    return WishIdMap(*context->plan, AskingIn(context), kind, {inside, outside, count});
  });
}

int ChooseIdMap(slipway_context* context, slipway_error* error) noexcept {
  return Caught(error, "map ids", [&]() -> Status {
    if (!context->plan) return WrongHook("choose_id_map", "PreClone");
    if (Enters(context)) return Ok();
    return WishChosenIdMap(*context->plan, AskingIn(context));
  });
}

int JoinNamespace(slipway_context* context, int file, uint64_t flag,
                  slipway_error* error) noexcept {
  return Caught(error, "join a namespace", [&]() -> Status {
    if (!context->plan) return WrongHook("join_namespace", "PreClone");
    if (Enters(context)) return Ok();
    return WishToJoin(*context->plan, AskingIn(context), file, flag);
  });
}

int SetTimeOffsets(slipway_context* context, int64_t monotonic_ns, int64_t boottime_ns,
                   slipway_error* error) noexcept {
  return Caught(error, "set the container's clocks", [&]() -> Status {
    if (!context->plan) return WrongHook("set_time_offsets", "PreClone");
    if (Enters(context)) return Ok();
    return WishTimeOffsets(*context->plan, AskingIn(context), monotonic_ns, boottime_ns);
  });
}

int SetCgroup(slipway_context* context, int cgroup_fd, slipway_error* error) noexcept {
  return Caught(error, "set a cgroup", [&]() -> Status {
    if (!context->plan) return WrongHook("set_cgroup", "PreClone");
    if (cgroup_fd < 0) {
      return Error(EBADF, "start the container in a cgroup", {}, "a bug of the stage");
    }
    if (context->plan->cgroup_fd >= 0) {
      return Error("a second cgroup for the container to start in", {},
                   "the stage " + context->plan->cgroup_stage + " has set one already");
    }
    context->plan->cgroup_fd = cgroup_fd;
    context->plan->cgroup_stage = context->descriptor->name;
    return Ok();
  });
}

int AddCgroupTasks(slipway_context* context, int tasks_fd, slipway_error* error) noexcept {
  return Caught(error, "enter a cgroup", [&]() -> Status {
    if (!context->plan) return WrongHook("add_cgroup_tasks", "PreClone");
    if (fcntl(tasks_fd, F_GETFD) < 0) {
      return Error(errno, "start the container in a cgroup", {}, "a bug of the stage");
    }
    context->plan->cgroup_tasks.push_back({tasks_fd, context->stage});
    return Ok();
  });
}

int KeepFd(slipway_context* context, int fd, slipway_error* error) noexcept {
  return Caught(error, "keep a descriptor", [&]() -> Status {
    if (!context->plan) return WrongHook("keep_fd", "PreClone");
    if (fcntl(fd, F_GETFD) < 0) return Error(errno, "keep the descriptor", std::to_string(fd));
    context->plan->Keep(fd);
    return Ok();
  });
}

int UseInit(slipway_context* context, uint32_t flags, slipway_error* error) noexcept {
  return Caught(error, "use an init", [&]() -> Status {
    if (!context->plan) return WrongHook("use_init", "PreClone");
    context->plan->init = true;
    context->plan->init_flags |= flags;
    return Ok();
  });
}

int32_t ChildPid(const slipway_context* context) noexcept { return context->child_pid; }

int ChildPidfd(const slipway_context* context) noexcept { return context->child_pidfd; }

ContainerRoot::Owner OwnerOf(const slipway_context* context) {
  return {context->stage, context->descriptor->name};
}

int SetRoot(slipway_context* context, int root, uint32_t flags, slipway_error* error) noexcept {
  return Caught(error, "set the container's root", [&]() -> Status {
    if (!context->root) return WrongHook("set_root", "InChild");
    return context->root->Set(root, flags, OwnerOf(context));
  });
}

int Attach(slipway_context* context, int mount, const char* path, uint32_t flags,
           slipway_error* error) noexcept {
  return Caught(error, "attach a mount", [&]() -> Status {
    if (!context->root) return WrongHook("attach", "InChild");
    return context->root->Attach(mount, path, flags, OwnerOf(context));
  });
}

int OpenInRoot(slipway_context* context, const char* path, int flags,
               slipway_error* error) noexcept {
  int opened = -1;
  const int result = Caught(error, "open", [&]() -> Status {
    if (!context->root) return WrongHook("open_in_root", "InChild");
    ASSIGN_OR_RETURN(sys::Fd fd, context->root->Open(path, flags));
    opened = fd.Release();
    return Ok();
  });
  return result == 0 ? opened : result;
}

int AddProcess(slipway_context* context, int32_t pid, slipway_error* error) noexcept {
  return Caught(error, "add a process", [&]() -> Status {
    if (!context->processes) return WrongHook("add_process", "Processes");
    context->processes->push_back(pid);
    return Ok();
  });
}

int AddFigure(slipway_context* context, const char* name, int64_t value,
              slipway_error* error) noexcept {
  return Caught(error, "add a figure", [&]() -> Status {
    if (!context->findings) return WrongHook("add_figure", "Report");
    int64_t& figure = context->findings->figures[context->descriptor->name][name];
    if (__builtin_add_overflow(figure, value, &figure)) {
      figure =
          value < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
    }
    return Ok();
  });
}

int AddNote(slipway_context* context, const char* text, slipway_error* error) noexcept {
  return Caught(error, "add a note", [&]() -> Status {
    if (!context->findings) return WrongHook("add_note", "Report");
    context->findings->notes.push_back(Error(text).In(context->descriptor->name, {}));
    return Ok();
  });
}

int SetCause(slipway_context* context, slipway_cause cause, slipway_error* error) noexcept {
  return Caught(error, "set a cause", [&]() -> Status {
    if (!context->findings) return WrongHook("set_cause", "Report");
    if (cause != SLIPWAY_OUT_OF_MEMORY) {
      return Error("set an unknown cause", {}, "a bug of the stage");
    }
    context->findings->out_of_memory = true;
    return Ok();
  });
}

constexpr slipway_host kHost = {
    .struct_size = sizeof(slipway_host),
    .fail = Fail,
    .blame_option = BlameOption,
    .cure = Cure,
    .error_errno = ErrorErrno,
    .error_text = ErrorText,
    .container_id = ContainerId,
    .operation = Operation,
    .log = WriteLog,
    .record_undo = RecordUndo,
    .record_state = RecordState,
    .state = KeptState,
    .undo_record = UndoRecord,
    .add_namespaces = AddNamespaces,
    .add_id_map = AddIdMap,
    .choose_id_map = ChooseIdMap,
    .join_namespace = JoinNamespace,
    .set_time_offsets = SetTimeOffsets,
    .set_cgroup = SetCgroup,
    .add_cgroup_tasks = AddCgroupTasks,
    .keep_fd = KeepFd,
    .use_init = UseInit,
    .child_pid = ChildPid,
    .child_pidfd = ChildPidfd,
    .set_root = SetRoot,
    .attach = Attach,
    .open_in_root = OpenInRoot,
    .add_process = AddProcess,
    .add_figure = AddFigure,
    .add_note = AddNote,
    .set_cause = SetCause,
};

}  // namespace

const slipway_host* HostTable() { return &kHost; }

slipway_context ContextFor(const Occasion& occasion) {
  slipway_context context;
  context.container_id = occasion.container_id;
  context.operation = occasion.operation;
  context.log = occasion.log;
  context.entries = occasion.entries;
  context.states = occasion.states;
  return context;
}

}  // namespace slipway::launch
