#include "runtime/text/nearest.h"

#include <algorithm>
#include <utility>

namespace slipway::text {
namespace {

constexpr size_t kMaxList = 200;
// Longer than any name that a table holds: the distance to it costs nothing to refuse.
constexpr size_t kMaxName = 128;

}  // namespace

// The "optimal string alignment" distance, three rows of its matrix at a time.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string JoinNames(const std::vector<std::string_view>& names) {
  std::string list;
  for (std::string_view name : names) {
    if (!list.empty()) list += ", ";
    if (list.size() + name.size() > kMaxList) return list + "...";
    list += name;
  }
  return list;
}

std::string PlainName(std::string_view name) {
  std::string plain(name);
  for (char& c : plain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return plain;
}

std::string_view Nearest(std::string_view written, const std::vector<std::string_view>& names) {
  if (written.size() > kMaxName) return {};
  const std::string plain = PlainName(written);
  size_t best_distance = std::max<size_t>(1, written.size() / 3) + 1;
  std::string_view best;
  for (std::string_view name : names) {
    if (name.size() > kMaxName) continue;
    const size_t distance = EditDistance(plain, PlainName(name));
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

std::string NearestHint(std::string_view written, const std::vector<std::string_view>& names,
                        std::string_view none) {
  if (names.empty()) return std::string(none);
  const std::string_view nearest = Nearest(written, names);
  if (!nearest.empty()) return "did you mean \"" + std::string(nearest) + "\"?";
  if (names.size() == 1) return "there is only " + JoinNames(names);
  return "one of " + JoinNames(names);
}

}  // namespace slipway::text
