#include "runtime/text/amount.h"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <string_view>

namespace slipway::text {
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

template <size_t N>
std::string InUnits(int64_t number, const Unit (&units)[N]) {
  for (const Unit& unit : units) {
    if (number == 0 || number % unit.scale != 0) continue;
    return std::to_string(number / unit.scale).append(unit.name);
  }
  return std::to_string(number);
}

}  // namespace

std::string Size(int64_t bytes) { return InUnits(bytes, kSizes); }

std::string Duration(int64_t nanoseconds) { return InUnits(nanoseconds, kDurations); }

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

std::string Octal(int64_t bits) {
  char text[24];
  const auto [end, error] = std::to_chars(std::begin(text), std::end(text), bits, 8);
  return "0" + std::string(text, error == std::errc() ? end : text);
}

}  // namespace slipway::text
