#include "runtime/launch/first_ids.h"

#include <algorithm>

#include "runtime/sys/ids.h"

namespace slipway::launch {
namespace {

Result<uint32_t> LowestIn(const std::string& path) {
  ASSIGN_OR_RETURN(const auto lines, sys::ReadIdMap(path));
  const auto lowest = std::min_element(
      lines.begin(), lines.end(),
      [](const sys::MapLine& one, const sys::MapLine& other) { return one.inside < other.inside; });
  if (lowest == lines.end()) return Error("the user namespace has no ids yet", path);
  return lowest->inside;
}

}  // namespace

Result<FirstIds> FirstIdsOf(const std::string& process) {
  FirstIds first;
  ASSIGN_OR_RETURN(first.user, LowestIn(process + "/uid_map"));
  ASSIGN_OR_RETURN(first.group, LowestIn(process + "/gid_map"));
  return first;
}

}  // namespace slipway::launch
