// Files in a small tmpfs of the container's own, each as a mount of its own.

#ifndef SLIPWAY_PLUGINS_FILES_MEMORY_H_
#define SLIPWAY_PLUGINS_FILES_MEMORY_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace files_stage {

struct Content {
  std::string path;    // in the container
  std::string option;  // that names it
  std::string text;
  mode_t mode;
  std::optional<int64_t> user;
  std::optional<int64_t> group;
  bool readonly;
};

// A detached mount of each file, in their order. room: bytes that those which can be written to may
// grow by, all together. An error blames the file's option.
slipway::Result<std::vector<slipway::sys::Fd>> MakeFiles(const std::vector<Content>& contents,
                                                         int64_t room);

// An id that the container's user namespace does not have is EINVAL of chown(2).
const char* WhyNoOwner(int cause);

// For chown(2), which leaves -1 as it is.
uid_t IdOr(const std::optional<int64_t>& id);

}  // namespace files_stage

#endif  // SLIPWAY_PLUGINS_FILES_MEMORY_H_
