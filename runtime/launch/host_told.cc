#include <fcntl.h>

#include <cerrno>
#include <limits>
#include <string>
#include <utility>

#include "runtime/launch/host_functions.h"

namespace slipway::launch {

int32_t ChildPid(const slipway_context* context) noexcept { return context->child_pid; }

int ChildPidfd(const slipway_context* context) noexcept { return context->child_pidfd; }

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

int Reply(slipway_context* context, const void* answer, size_t size, int fd,
          slipway_error* error) noexcept {
  return Caught(error, "answer the stage's InChild", [&]() -> Status {
    if (!context->reply) return WrongHook("reply", "Serve");
    if (size > SLIPWAY_MAX_MESSAGE) return TooLong("an answer", size);
    sys::Fd file;
    if (fd >= 0) {
      file = sys::Fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
      if (!file.valid()) {
        return Error(errno, "answer with the descriptor", std::to_string(fd),
                     errno == EBADF ? "a bug of the stage" : "");
      }
    }
    context->reply->bytes.assign(static_cast<const char*>(answer), size);
    context->reply->file = std::move(file);
    return Ok();
  });
}

int Aside(const slipway_context* context, size_t index) noexcept {
  if (context->finishing != nullptr) return context->finishing->ForFinish(context->stage, index);
  if (context->passed == nullptr) return -1;
  for (const Request& passed : *context->passed) {
    if (passed.stage == context->stage && index-- == 0) return passed.file.get();
  }
  return -1;
}

int AddEffect(slipway_context* context, uint32_t effect, const char* subject, const char* detail,
              slipway_error* error) noexcept {
  return Caught(error, "describe", [&]() -> Status {
    if (!context->effects) return WrongHook("add_effect", "Describe");
    if (effect < SLIPWAY_EFFECT_NAMESPACE || effect > SLIPWAY_EFFECT_OTHER) {
      return Error("an unknown effect", std::to_string(effect), "a bug of the stage");
    }
    context->effects->push_back({.kind = static_cast<slipway_effect>(effect),
                                 .subject = subject != nullptr ? subject : "",
                                 .detail = detail != nullptr ? detail : ""});
    return Ok();
  });
}

const char* Annotation(const slipway_context* context, const char* name) noexcept {
  if (context->annotations == nullptr) return nullptr;
  for (const std::string& annotation : *context->annotations) {
    const size_t end = annotation.find('=');
    if (annotation.compare(0, end, name) == 0) return annotation.c_str() + end + 1;
  }
  return nullptr;
}

}  // namespace slipway::launch
