#include "runtime/text/nearest.h"

#include <algorithm>
#include <limits>

namespace slipway::text {

size_t EditDistance(std::string_view a, std::string_view b) {
  // Row i of the table of optimal string alignment, and the two rows before it.
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string Nearest(std::string_view wrong, const std::vector<std::string>& names) {
  std::string nearest;
  size_t best = std::numeric_limits<size_t>::max();
  for (const std::string& name : names) {
    const size_t limit = std::max<size_t>(1, std::max(wrong.size(), name.size()) / 3);
    const size_t distance = EditDistance(wrong, name);
    if (distance > limit || distance >= best) continue;
    best = distance;
    nearest = name;
  }
  return nearest;
}

std::string SuggestName(std::string_view wrong, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const std::string nearest = Nearest(wrong, names);
  if (!nearest.empty()) return "did you mean \"" + nearest + "\"?";
  std::string list = "one of: ";
  for (size_t i = 0; i < names.size(); ++i) list.append(i ? ", " : "").append(names[i]);
  return list;
}

}  // namespace slipway::text
