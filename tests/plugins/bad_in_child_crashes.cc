// InChild ends in a signal: the host hears no word from the child.

#include <array>
#include <cstdlib>

#include "runtime/sdk/stage.h"

namespace {

enum class How { kNull, kAbort };

}  // namespace

template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<How>{"null", "abort", nullptr};

namespace {

class InChildCrashes final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&InChildCrashes::how_>(
        "how", "A write through a null pointer, or abort(3)", {.fallback = "null"}));
  }

  // In an instrumented build as well: the signal is what it is about.
  __attribute__((no_sanitize("undefined"))) slipway::Status InChild(slipway::Child&) override {
    if (how_ == How::kAbort) std::abort();
    // Volatile, or the compiler, which may take it that this never happens, leaves it out.
    int* volatile nowhere = nullptr;
    *static_cast<volatile int*>(nowhere) = 1;  // NOLINT(clang-analyzer-core.NullDereference)
    return slipway::Ok();
  }

 private:
  How how_ = How::kNull;
};

}  // namespace

SLIPWAY_STAGE(InChildCrashes, {.name = "bad-in-child-crashes", .summary = "Crashes in in-child"});
