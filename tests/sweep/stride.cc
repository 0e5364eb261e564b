#include "tests/sweep/stride.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "runtime/sdk/testing/process.h"

namespace slipway::testing {
namespace {

constexpr size_t kEvery = 5;
// In the testbed, where a container takes as long as fifty elsewhere.
constexpr size_t kEverySlow = 29;

// 0: nobody has set it.
size_t Setting(const char* name) {
  const char* text = std::getenv(name);
  return text ? std::strtoul(text, nullptr, 10) : 0;
}

// The same for all sweeps of a test.
size_t From() {
  static const size_t from = [] {
    const size_t set = Setting("SLIPWAY_SWEEP_FROM");
    if (set > 0) return set;
    return static_cast<size_t>(std::chrono::system_clock::now().time_since_epoch().count() / 1000 %
                               1000) +
           1;
  }();
  return from;
}

size_t Every() {
  const size_t set = Setting("SLIPWAY_SWEEP_EVERY");
  return std::max(set > 0 ? set : kEvery, Slowness() > 1 ? kEverySlow : 1);
}

}  // namespace

Stride::Stride(size_t calls)
    : calls_(calls),
      every_(Every()),
      from_(1 + (From() - 1) % std::clamp<size_t>(calls, 1, every_)) {}

std::string Stride::Describe(size_t swept) const {
  std::string text = std::to_string(swept) + " of " + std::to_string(calls_) + " calls";
  if (every_ == 1) return text;
  return text + " (SLIPWAY_SWEEP_EVERY=" + std::to_string(every_) +
         " SLIPWAY_SWEEP_FROM=" + std::to_string(from_) + ")";
}

}  // namespace slipway::testing
