#include "runtime/launch/host_table.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "runtime/launch/host_functions.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {
namespace {

std::string_view TextOf(const char* text) { return text != nullptr ? text : ""; }

// In every hook. None of these allocates memory.

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

// Of the child that builds its container: the host's procfs is still there.
pid_t OwnPidOnHost() {
  char text[16] = {};
  const ssize_t size = readlink("/proc/self", text, sizeof(text) - 1);
  return size > 0 ? static_cast<pid_t>(strtol(text, nullptr, 10)) : 0;
}

pid_t FirstPid(const slipway_context& context) {
  if (context.child_pid > 0) return context.child_pid;
  if (context.first_pid > 0 || context.root == nullptr) return context.first_pid;
  return OwnPidOnHost();
}

const char* StateOfOci(const slipway_context* context) noexcept {
  if (context->oci_state == nullptr || !*context->oci_state) return "";
  try {
    context->oci_text = (*context->oci_state)(context->phase, FirstPid(*context));
  } catch (...) {
    return "";  // without memory for it
  }
  return context->oci_text.c_str();
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
    .annotation = Annotation,
    .oci_state = StateOfOci,
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
    .set_process = SetProcess,
    .add_filter = AddFilter,
    .keep_fd = KeepFd,
    .relay_terminal = RelayTerminal,
    .skip_post_clone = SkipPostClone,
    .use_init = UseInit,
    .child_pid = ChildPid,
    .child_pidfd = ChildPidfd,
    .set_root = SetRoot,
    .attach = Attach,
    .open_in_root = OpenInRoot,
    .open_procfs = OpenProcfs,
    .put_aside = PutAside,
    .aside = Aside,
    .set_terminal = SetTerminal,
    .ask = Ask,
    .reply = Reply,
    .add_effect = AddEffect,
    .add_process = AddProcess,
    .add_figure = AddFigure,
    .add_note = AddNote,
    .set_cause = SetCause,
};

}  // namespace

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

int FailWith(slipway_error* error, const Error& cause) {
  error->record = *cause;
  return -1;
}

Error WrongHook(std::string_view function, std::string_view hooks) {
  return Error("called " + std::string(function) + " outside its hooks", {},
               "a bug of the stage: only in " + std::string(hooks));
}

Error TooLong(std::string_view what, size_t size) {
  return Error(std::string(what) + " of " + std::to_string(size) + " bytes is too long", {},
               "a bug of the stage: at most " + std::to_string(SLIPWAY_MAX_MESSAGE) + " bytes");
}

const slipway_host* HostTable() { return &kHost; }

slipway_context ContextFor(const Occasion& occasion) {
  slipway_context context;
  context.container_id = occasion.container_id;
  context.operation = occasion.operation;
  context.log = occasion.log;
  context.entries = occasion.entries;
  context.states = occasion.states;
  context.annotations = occasion.annotations;
  context.oci_state = occasion.oci_state;
  context.phase = occasion.phase;
  context.first_pid = occasion.pid;
  return context;
}

}  // namespace slipway::launch
