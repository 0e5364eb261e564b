#include "runtime/launch/first_ids.h"

#include <algorithm>

#include "runtime/sys/ids.h"

namespace slipway::launch {
namespace {

// lines: at least one.
template <typename Lines>
uint32_t LowestOf(const Lines& lines) {
  return std::min_element(
             lines.begin(), lines.end(),
             [](const auto& one, const auto& other) { return one.inside < other.inside; })
      ->inside;
}

Result<uint32_t> LowestIn(const std::string& path) {
  ASSIGN_OR_RETURN(const auto lines, sys::ReadIdMap(path));
  if (lines.empty()) return Error("the user namespace has no ids yet", path);
  return LowestOf(lines);
}

}  // namespace

FirstIds FirstIdsOf(const IdMaps& maps) {
  return {.user = LowestOf(maps.users), .group = LowestOf(maps.groups)};
}

Result<FirstIds> FirstIdsOf(const std::string& process) {
  FirstIds first;
  ASSIGN_OR_RETURN(first.user, LowestIn(process + "/uid_map"));
  ASSIGN_OR_RETURN(first.group, LowestIn(process + "/gid_map"));
  return first;
}

}  // namespace slipway::launch
