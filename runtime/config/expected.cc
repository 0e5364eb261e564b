#include "runtime/config/expected.h"

#include <cstdlib>
#include <limits>
#include <utility>

#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

struct Unit {
  std::string_view name;
  int64_t scale;
};
// The largest first.
constexpr Unit kSizes[] = {{"TiB", int64_t{1} << 40},
                           {"GiB", int64_t{1} << 30},
                           {"MiB", int64_t{1} << 20},
                           {"KiB", int64_t{1} << 10}};
constexpr Unit kDurations[] = {
    {"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
    {"ms", 1'000'000},        {"us", 1'000},         {"ns", 1}};

// In the largest unit that leaves a whole number.
template <size_t N>
std::string InUnits(int64_t number, const Unit (&units)[N]) {
  for (const Unit& unit : units) {
    if (number != 0 && number % unit.scale == 0) {
      return std::to_string(number / unit.scale) + std::string(unit.name);
    }
  }
  return std::to_string(number);
}

std::string Thousandths(int64_t number) {
  constexpr int64_t kThousand = 1000;
  // The sign apart: -0.5 has none in its whole part.
  std::string text = number < 0 ? "-" : "";
  text += std::to_string(std::abs(number / kThousand));
  const int64_t rest = std::abs(number % kThousand);
  if (rest == 0) return text;
  std::string fraction = std::to_string(kThousand + rest);
  fraction[0] = '.';
  while (fraction.ends_with('0')) fraction.pop_back();
  return text + fraction;
}

std::string Amount(const slipway_option& option, int64_t number) {
  switch (option.type) {
    case SLIPWAY_DECIMAL:
      return Thousandths(number);
    case SLIPWAY_BYTES:
      return InUnits(number, kSizes);
    case SLIPWAY_DURATION:
      return InUnits(number, kDurations);
    default:
      return std::to_string(number);
  }
}

// " from 1 to 64", or nothing; for a string `from` is " of".
std::string Range(const slipway_option& option, std::string_view from = " from") {
  const auto [low, high] = std::pair(option.minimum, option.maximum);
  if (low == 0 && high == 0) return {};
  if (high == std::numeric_limits<int64_t>::max()) return " of at least " + Amount(option, low);
  if (low == std::numeric_limits<int64_t>::min()) return " of at most " + Amount(option, high);
  return std::string(from) + " " + Amount(option, low) + " to " + Amount(option, high);
}

std::string InUnit(const slipway_option& option) {
  return option.unit != nullptr ? std::string(", in ") + option.unit : std::string();
}

std::string_view Plural(const slipway_option& element) {
  switch (element.type) {
    case SLIPWAY_STRING:
      return "texts";
    case SLIPWAY_BOOL:
      return "true or false";
    case SLIPWAY_INTEGER:
      return "integers";
    case SLIPWAY_DECIMAL:
      return "numbers";
    case SLIPWAY_BYTES:
      return "sizes";
    case SLIPWAY_DURATION:
      return "durations";
    case SLIPWAY_PATH:
      return "paths";
    case SLIPWAY_ENUM:
      return "names";
    case SLIPWAY_LIST:
      return "lists";
    default:
      return "maps";
  }
}

}  // namespace

std::string Expected(const slipway_option& option) {
  switch (option.type) {
    case SLIPWAY_STRING: {
      const std::string length = Range(option, " of");
      return "a text" + length + (length.empty() ? "" : " bytes");
    }
    case SLIPWAY_BOOL:
      return "true or false";
    case SLIPWAY_INTEGER:
      return "an integer" + Range(option) + InUnit(option);
    case SLIPWAY_DECIMAL:
      return "a number" + Range(option) + InUnit(option) + ", such as 1.5";
    case SLIPWAY_BYTES:
      return "a size" + Range(option) + ", such as 512MiB";
    case SLIPWAY_DURATION:
      return "a duration" + Range(option) + ", such as 100ms";
    case SLIPWAY_PATH:
      return (option.flags & SLIPWAY_IN_CONTAINER) != 0 ? "an absolute path inside the container"
                                                        : "a path";
    case SLIPWAY_ENUM:
      return "one of " + text::JoinNames(EnumNames(option));
    case SLIPWAY_LIST:
      return "a list of " + std::string(Plural(*option.element));
    case SLIPWAY_MAP:
      return "a map of names to " + std::string(Plural(*option.element));
    default:
      return "a map of " + text::JoinNames(RowNames(option.fields, option.field_count));
  }
}

bool InRange(const slipway_option& option, int64_t number) {
  if (option.minimum == 0 && option.maximum == 0) return true;
  return number >= option.minimum && number <= option.maximum;
}

std::vector<std::string_view> EnumNames(const slipway_option& option) {
  std::vector<std::string_view> names;
  for (const char* const* name = option.names; *name != nullptr; ++name) names.emplace_back(*name);
  return names;
}

std::vector<std::string_view> RowNames(const slipway_option* table, uint32_t count) {
  std::vector<std::string_view> names;
  names.reserve(count);
  for (uint32_t i = 0; i < count; ++i) names.emplace_back(table[i].name);
  return names;
}

}  // namespace slipway::config
