// Loop devices: a file as a block device; loop(4).

#ifndef SLIPWAY_RUNTIME_SYS_LOOP_H_
#define SLIPWAY_RUNTIME_SYS_LOOP_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

inline constexpr char kLoopControl[] = "/dev/loop-control";

struct Loop {
  Fd device;  // open; the device goes with the last who has it open, or has it mounted
  std::string path;
};

// Binds a free loop device, read-only, to `file`. `path` names the file in an error.
Result<Loop> AttachLoop(const Fd& file, const std::string& path);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_LOOP_H_
