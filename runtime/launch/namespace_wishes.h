// What stages want of the container's namespaces beyond CLONE_NEW* flags: maps of ids, namespaces
// that exist already, clocks. Data only; see plan.h.

#ifndef SLIPWAY_RUNTIME_LAUNCH_NAMESPACE_WISHES_H_
#define SLIPWAY_RUNTIME_LAUNCH_NAMESPACE_WISHES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/sys/namespace.h"

namespace slipway::launch {

// Whose wish it is.
struct Wisher {
  std::string name;
  size_t stage = 0;  // position in the pipeline
};

// A line of /proc/PID/uid_map or gid_map.
struct IdRange {
  uint32_t inside;
  uint32_t outside;
  uint32_t count;
};

// Of an own user namespace.
struct IdMaps {
  std::vector<IdRange> users;
  std::vector<IdRange> groups;
  Wisher wisher;        // who has said something about them; "": nobody
  bool chosen = false;  // by the host, as wished
  bool asked() const { return !wisher.name.empty(); }
  bool empty() const { return users.empty() && groups.empty(); }
};

struct JoinedNamespace {
  uint64_t flag;  // CLONE_NEW* of its kind
  int file;       // a stage's
  sys::NamespaceId id;
  bool there;  // it is the runtime's own: nothing has to be entered
  Wisher wisher;
};

// Of an own time namespace.
struct TimeOffsets {
  int64_t monotonic_ns = 0;
  int64_t boottime_ns = 0;
  Wisher wisher;  // "": nobody has set them
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_NAMESPACE_WISHES_H_
