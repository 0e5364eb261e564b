#include "runtime/config/mistakes.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <tuple>

namespace slipway::config {
namespace {

// Takes ":7" off the end of the text.
std::optional<int> TakeNumber(std::string_view& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  int number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end || number < 1) return std::nullopt;
  text = text.substr(0, colon);
  return number;
}

// The file first: one that is extended has lines of its own.
std::tuple<bool, std::string_view, int, int> Rank(const Error& error) {
  const std::optional<Place> place = PlaceIn(error->where);
  if (!place) return {true, {}, INT_MAX, INT_MAX};
  return {false, FileIn(error->where), place->line, place->column};
}

}  // namespace

void Mistakes::Sort() {
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const Error& a, const Error& b) { return Rank(a) < Rank(b); });
}

std::string_view FileIn(std::string_view where) {
  if (!PlaceIn(where)) return {};
  (void)TakeNumber(where);
  (void)TakeNumber(where);
  return where;
}

std::optional<Place> PlaceIn(std::string_view where) {
  if (where.starts_with('-')) return std::nullopt;  // an option of the command line
  const std::optional<int> column = TakeNumber(where);
  const std::optional<int> line = column ? TakeNumber(where) : std::nullopt;
  if (!line) return std::nullopt;
  return Place{.line = *line, .column = *column};
}

}  // namespace slipway::config
