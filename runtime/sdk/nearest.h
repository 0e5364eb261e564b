// The name that was meant, for an error about one that there is not.

#ifndef SLIPWAY_RUNTIME_SDK_NEAREST_H_
#define SLIPWAY_RUNTIME_SDK_NEAREST_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway {

// How many letters must be added, dropped or replaced to make one of the other.
inline size_t LettersApart(std::string_view one, std::string_view other) {
  std::vector<size_t> row(other.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= one.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j < row.size(); ++j) {
      const size_t replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

// The first of the names that come nearest, if no more than a third of the letters differ; else
// empty. name_at: gives the name of each index below count. It takes as many steps as there are
// pairs of letters, so `written` should be no longer than names are.
template <typename NameAt>
std::string NearestName(std::string_view written, size_t count, const NameAt& name_at) {
  std::string nearest;
  size_t least = std::max<size_t>(1, written.size() / 3) + 1;
  for (size_t i = 0; i < count; ++i) {
    const auto name = name_at(i);
    const size_t distance = LettersApart(written, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_NEAREST_H_
