// cpuset(7), "List format".

#include "runtime/sys/id_list.h"

#include <algorithm>
#include <charconv>

namespace slipway::sys {
namespace {

constexpr uint32_t kMaxId = 8191;  // NR_CPUS of x86-64; there are never more nodes than CPUs

std::optional<uint32_t> ParseId(std::string_view text) {
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id > kMaxId) return std::nullopt;
  return id;
}

std::optional<IdRange> ParseRange(std::string_view text) {
  const size_t dash = text.find('-');
  const std::optional<uint32_t> first = ParseId(text.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash == std::string_view::npos) return IdRange{*first, *first};
  const std::optional<uint32_t> last = ParseId(text.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return IdRange{*first, *last};
}

bool Has(const std::vector<IdRange>& ranges, uint32_t id) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [id](const IdRange& range) { return range.first <= id && id <= range.last; });
}

}  // namespace

Result<std::vector<IdRange>> ParseIdList(std::string_view text) {
  std::vector<IdRange> ranges;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::optional<IdRange> range = ParseRange(text.substr(begin, end - begin));
    if (!range) {
      return Error("not a list of numbers", text,
                   "write numbers up to 8191 and ranges, such as 0-3,8");
    }
    ranges.push_back(*range);
    begin = end + 1;
  }
  return ranges;
}

std::optional<uint32_t> FirstMissingId(std::string_view wanted, std::string_view there) {
  const Result<std::vector<IdRange>> ids = ParseIdList(wanted);
  const Result<std::vector<IdRange>> offered = ParseIdList(there);
  if (!ids.ok() || !offered.ok()) return std::nullopt;
  for (const IdRange& range : *ids) {
    for (uint32_t id = range.first; id <= range.last; ++id) {
      if (!Has(*offered, id)) return id;
    }
  }
  return std::nullopt;
}

}  // namespace slipway::sys
