#include "plugins/user/maps.h"

namespace slipway::user {
namespace {

// The kernel says EINVAL of all of these, and not which line it means.
Status CheckRange(const std::vector<Range>& map, size_t index) {
  const Range& range = map[index];
  if (!sys::AreIds(range.ids_inside()) || !sys::AreIds(range.ids_outside())) {
    return Error(
        "ids beyond the last one", {},
        "there is none above " + std::to_string(sys::kLastId) + ": a smaller count, or lower ids");
  }
  for (size_t i = 0; i < index; ++i) {
    for (const auto side : {&Range::ids_inside, &Range::ids_outside}) {
      const sys::Ids ids = (map[i].*side)();
      if (!sys::Overlap((range.*side)(), ids)) continue;
      const char* where = side == &Range::ids_inside ? "in the container" : "outside";
      return Error("ids that a line before has too", {},
                   InWords(ids) + " " + where + " are those of line " + std::to_string(i + 1));
    }
  }
  return Ok();
}

}  // namespace

std::string InWords(const sys::Ids& ids) {
  const std::string first = std::to_string(ids.first);
  return ids.count == 1 ? first : first + " to " + std::to_string(ids.first + (ids.count - 1));
}

Status CheckMap(const char* option, const std::vector<Range>& map) {
  if (map.size() > sys::kMostMapLines) {
    return Error("too many lines", std::to_string(map.size()),
                 "the kernel takes " + std::to_string(sys::kMostMapLines))
        .Option(option);
  }
  for (size_t i = 0; i < map.size(); ++i) {
    Status checked = CheckRange(map, i);
    if (!checked.ok()) return checked.error().Option(Element(option, i));
  }
  return Ok();
}

}  // namespace slipway::user
