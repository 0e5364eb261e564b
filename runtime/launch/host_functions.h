// The functions behind slipway_host that only some hooks may call, and what they have in common.
// What each does is in abi_host.h. See host_table.h.

#ifndef SLIPWAY_RUNTIME_LAUNCH_HOST_FUNCTIONS_H_
#define SLIPWAY_RUNTIME_LAUNCH_HOST_FUNCTIONS_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <string_view>

#include "runtime/launch/host_table.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

int Fail(slipway_error* error, int errno_value, const char* operation, const char* subject,
         const char* hint) noexcept;
int FailWith(slipway_error* error, const Error& cause);

// Of one that is called from a hook that it is not for.
Error WrongHook(std::string_view function, std::string_view hooks);

// Of a message between the halves of a stage. what: "a request".
Error TooLong(std::string_view what, size_t size);

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

// Records: host_records.cc.
int RecordUndo(slipway_context* context, const void* record, size_t size,
               slipway_error* error) noexcept;
int RecordState(slipway_context* context, const void* state, size_t size,
                slipway_error* error) noexcept;
const void* KeptState(const slipway_context* context, size_t* size) noexcept;
const void* UndoRecord(const slipway_context* context, size_t index, size_t* size) noexcept;

// The plan: host_plan.cc.
int AddNamespaces(slipway_context* context, uint64_t flags, slipway_error* error) noexcept;
int AddIdMap(slipway_context* context, uint32_t kind, uint32_t inside, uint32_t outside,
             uint32_t count, slipway_error* error) noexcept;
int ChooseIdMap(slipway_context* context, slipway_error* error) noexcept;
int JoinNamespace(slipway_context* context, int file, uint64_t flag, slipway_error* error) noexcept;
int SetTimeOffsets(slipway_context* context, int64_t monotonic_ns, int64_t boottime_ns,
                   slipway_error* error) noexcept;
int SetCgroup(slipway_context* context, int cgroup_fd, slipway_error* error) noexcept;
int AddCgroupTasks(slipway_context* context, int tasks_fd, slipway_error* error) noexcept;
int SetProcess(slipway_context* context, const slipway_process* wishes,
               slipway_error* error) noexcept;
int AddFilter(slipway_context* context, const void* instructions, size_t count, uint32_t flags,
              slipway_error* error) noexcept;
int KeepFd(slipway_context* context, int fd, int number, slipway_error* error) noexcept;
int RelayTerminal(slipway_context* context, slipway_error* error) noexcept;
int SkipPostClone(slipway_context* context, slipway_error* error) noexcept;
int UseInit(slipway_context* context, uint32_t flags, slipway_error* error) noexcept;

// The child: host_child.cc.
int SetRoot(slipway_context* context, int root, uint32_t flags, slipway_error* error) noexcept;
int Attach(slipway_context* context, int mount, const char* path, uint32_t flags,
           slipway_error* error) noexcept;
int OpenInRoot(slipway_context* context, const char* path, int flags,
               slipway_error* error) noexcept;
int OpenProcfs(slipway_context* context, slipway_error* error) noexcept;
int PutAside(slipway_context* context, int fd, uint32_t purpose, int number,
             slipway_error* error) noexcept;
int SetTerminal(slipway_context* context, int fd, int master, slipway_error* error) noexcept;
int Ask(slipway_context* context, const void* request, size_t size, int fd, void* answer,
        size_t* answer_size, int* answer_fd, slipway_error* error) noexcept;

// What hooks are told, and tell: host_told.cc.
int32_t ChildPid(const slipway_context* context) noexcept;
int ChildPidfd(const slipway_context* context) noexcept;
int AddProcess(slipway_context* context, int32_t pid, slipway_error* error) noexcept;
int AddFigure(slipway_context* context, const char* name, int64_t value,
              slipway_error* error) noexcept;
int AddNote(slipway_context* context, const char* text, slipway_error* error) noexcept;
int SetCause(slipway_context* context, slipway_cause cause, slipway_error* error) noexcept;
int Reply(slipway_context* context, const void* answer, size_t size, int fd,
          slipway_error* error) noexcept;
int Aside(const slipway_context* context, size_t index) noexcept;
int AddEffect(slipway_context* context, uint32_t effect, const char* subject, const char* detail,
              slipway_error* error) noexcept;
const char* Annotation(const slipway_context* context, const char* name) noexcept;

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_HOST_FUNCTIONS_H_
