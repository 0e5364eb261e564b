#include <fcntl.h>

#include <string>

#include "runtime/launch/host_functions.h"
#include "runtime/launch/namespace_table.h"

namespace slipway::launch {
namespace {

Asking AskingIn(const slipway_context* context) { return {*context->descriptor, context->stage}; }

// A further process enters the namespaces that there are.
bool Enters(const slipway_context* context) { return context->operation == SLIPWAY_EXEC; }

Wisher WisherOf(const slipway_context* context) {
  return {.name = context->descriptor->name,
          .stage = context->stage,
          .where = context->where != nullptr ? *context->where : std::string()};
}

}  // namespace

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

int SetProcess(slipway_context* context, const slipway_process* wishes,
               slipway_error* error) noexcept {
  return Caught(error, "plan the command's process", [&]() -> Status {
    if (!context->plan) return WrongHook("set_process", "PreClone");
    return context->plan->process.Add(*wishes, WisherOf(context));
  });
}

int AddFilter(slipway_context* context, const void* instructions, size_t count, uint32_t flags,
              slipway_error* error) noexcept {
  return Caught(error, "add a filter", [&]() -> Status {
    if (!context->plan) return WrongHook("add_filter", "PreClone");
    return context->plan->process.AddFilter(instructions, count, flags, WisherOf(context));
  });
}

int KeepFd(slipway_context* context, int fd, int number, slipway_error* error) noexcept {
  return Caught(error, "keep a descriptor", [&]() -> Status {
    if (!context->plan) return WrongHook("keep_fd", "PreClone");
    if (fcntl(fd, F_GETFD) < 0) {
      return Error(errno, "keep the descriptor", std::to_string(fd), "a bug of the stage");
    }
    return context->plan->inherited.Keep(fd, number, context->descriptor->name);
  });
}

int RelayTerminal(slipway_context* context, slipway_error* error) noexcept {
  return Caught(error, "relay a terminal", [&]() -> Status {
    if (!context->plan) return WrongHook("relay_terminal", "PreClone");
    if (context->no_relay != nullptr) {
      return Error("cannot give the command a terminal of its own: nobody would be at it", {},
                   context->no_relay);
    }
    context->plan->relays = true;
    return Ok();
  });
}

int SkipPostClone(slipway_context* context, slipway_error* error) noexcept {
  return Caught(error, "leave PostClone out", [&]() -> Status {
    if (!context->plan) return WrongHook("skip_post_clone", "PreClone");
    context->plan->without_post_clone.push_back(context->stage);
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

}  // namespace slipway::launch
