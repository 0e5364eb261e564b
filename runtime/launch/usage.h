// What a container used, as the kernel tells it of every process: with cgroups and without.

#ifndef SLIPWAY_RUNTIME_LAUNCH_USAGE_H_
#define SLIPWAY_RUNTIME_LAUNCH_USAGE_H_

#include <sys/resource.h>

#include <cstdint>

namespace slipway::launch {

struct Usage {
  int64_t wall_ns = 0;  // from before the clone to the end of the first process; CLOCK_MONOTONIC
  // Of the first process and of those that it has waited for; in a pid namespace all of them come
  // to it at last. getrusage(2). Its largest size counts from the clone: before its exec the first
  // process is as large as the runtime.
  struct rusage processes {};
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_USAGE_H_
