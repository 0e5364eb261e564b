#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "runtime/launch/host_functions.h"
#include "runtime/launch/terminal.h"
#include "runtime/sys/mount.h"

namespace slipway::launch {
namespace {

ContainerRoot::Owner OwnerOf(const slipway_context* context) {
  return {context->stage, context->descriptor->name};
}

Error HasNo(const char* hook, const char* consequence) {
  return Error(std::string("has no ") + hook + " hook", {},
               std::string("a bug of the stage: ") + consequence);
}

Status CheckOpen(int fd, const char* operation) {
  if (fcntl(fd, F_GETFD) >= 0) return Ok();
  return Error(errno, operation, std::to_string(fd), "a bug of the stage");
}

Status PutAsideForStarted(const slipway_context& context, int fd) {
  if (context.descriptor->started == nullptr) return HasNo("Started", "nobody would take it");
  if (context.no_started != nullptr) {
    return Error("nothing can be put aside for its Started hook", {}, context.no_started);
  }
  return context.channel->SendRequest(Request::Kind::kPassed, context.stage, {}, fd);
}

// The size is the caller's before the command looks at it: the standard descriptors still are.
Status HandToRelay(const slipway_context& context, int terminal, int master) {
  if (!context.relays) {
    return Error("a terminal to relay that PreClone has not asked for", {}, "a bug of the stage");
  }
  int number = 0;
  if (ioctl(master, TIOCGPTN, &number) != 0) {
    return Error(errno, "relay the descriptor", std::to_string(master),
                 "a bug of the stage: it is not the master of a pty");
  }
  CopySize(terminal);
  return context.channel->SendRequest(Request::Kind::kTerminal, context.stage, {}, master);
}

// A new one of the pid namespace that this process is in; or the one that was prepared.
Result<sys::Fd> ProcfsFor(const Result<sys::Fd>* prepared) {
  if (prepared != nullptr && !prepared->ok()) return prepared->error();
  if (prepared == nullptr || !(*prepared)->valid()) return sys::PrepareProcfs();
  sys::Fd copy(fcntl((*prepared)->get(), F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) return Error(errno, "open the procfs that was prepared");
  return copy;
}

}  // namespace

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

int OpenProcfs(slipway_context* context, slipway_error* error) noexcept {
  int opened = -1;
  const int result = Caught(error, "prepare a procfs", [&]() -> Status {
    if (!context->root) return WrongHook("open_procfs", "InChild");
    ASSIGN_OR_RETURN(sys::Fd procfs, ProcfsFor(context->procfs));
    opened = procfs.Release();
    return Ok();
  });
  return result == 0 ? opened : result;
}

int PutAside(slipway_context* context, int fd, uint32_t purpose, int number,
             slipway_error* error) noexcept {
  return Caught(error, "put a descriptor aside", [&]() -> Status {
    if (!context->descriptors) return WrongHook("put_aside", "InChild");
    RETURN_IF_ERROR(CheckOpen(fd, "put aside the descriptor"));
    switch (purpose) {
      case SLIPWAY_ASIDE_FINISH:
        if (context->descriptor->finish == nullptr) return HasNo("Finish", "nobody would take it");
        return context->descriptors->KeepForFinish(context->stage, fd);
      case SLIPWAY_ASIDE_COMMAND:
        return context->descriptors->KeepForCommand(fd, number, context->descriptor->name);
      case SLIPWAY_ASIDE_STARTED:
        return PutAsideForStarted(*context, fd);
      default:
        return Error("put a descriptor aside for nobody", std::to_string(purpose),
                     "a bug of the stage: purpose is a slipway_aside");
    }
  });
}

int SetTerminal(slipway_context* context, int fd, int master, slipway_error* error) noexcept {
  return Caught(error, "hand over the terminal", [&]() -> Status {
    if (!context->descriptors) return WrongHook("set_terminal", "InChild");
    RETURN_IF_ERROR(context->descriptors->SetTerminal(fd, context->descriptor->name));
    return master < 0 ? Ok() : HandToRelay(*context, fd, master);
  });
}

int Ask(slipway_context* context, const void* request, size_t size, int fd, void* answer,
        size_t* answer_size, int* answer_fd, slipway_error* error) noexcept {
  return Caught(error, "ask the host", [&]() -> Status {
    if (!context->descriptors) return WrongHook("ask", "InChild");
    if (context->descriptor->serve == nullptr) return HasNo("Serve", "nobody would answer it");
    if (size > SLIPWAY_MAX_MESSAGE) return TooLong("a request", size);
    if (fd >= 0) RETURN_IF_ERROR(CheckOpen(fd, "send its Serve the descriptor"));
    ASSIGN_OR_RETURN(
        Request answered,
        context->channel->Ask(context->stage, {static_cast<const char*>(request), size}, fd));
    answered.bytes.copy(static_cast<char*>(answer), answered.bytes.size());
    *answer_size = answered.bytes.size();
    const int file = answered.file.Release();
    if (answer_fd != nullptr) {
      *answer_fd = file;
    } else if (file >= 0) {
      close(file);
    }
    return Ok();
  });
}

}  // namespace slipway::launch
