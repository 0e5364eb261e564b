// Ranges of user and group ids, and the maps of user namespaces: user_namespaces(7).

#ifndef SLIPWAY_RUNTIME_SYS_IDS_H_
#define SLIPWAY_RUNTIME_SYS_IDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::sys {

inline constexpr uint32_t kLastId = UINT32_MAX - 1;  // (uid_t)-1 is none
inline constexpr size_t kMostMapLines = 340;         // of a uid_map or gid_map, since Linux 4.15

// Has this process the rights to map any id? user_namespaces(7), "Defining user and group ID
// mappings".
bool MayMapAnyIds();

struct Ids {
  uint32_t first = 0;
  uint32_t count = 0;
};

// Do they have at least one id, and none above kLastId?
bool AreIds(const Ids& ids);
bool Overlap(const Ids& one, const Ids& other);
bool IsWithin(const Ids& one, const Ids& other);

// A line of /proc/PID/uid_map or gid_map, as this process sees it.
struct MapLine {
  uint32_t inside = 0;
  uint32_t outside = 0;
  uint32_t count = 0;
};
Result<std::vector<MapLine>> ReadIdMap(const std::string& path);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_IDS_H_
