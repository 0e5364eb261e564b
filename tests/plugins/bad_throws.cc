// Throws from the hook that an option names. PreClone leaves a record, so that Teardown runs.

#include <array>
#include <stdexcept>

#include "runtime/sdk/stage.h"

namespace {

enum class Hook { kNone, kProbe, kCreate, kPreClone, kPostClone, kInChild, kTeardown };

}  // namespace

template <>
inline constexpr std::array<const char*, 8> slipway::kNamesOf<Hook>{
    "none", "probe", "create", "pre-clone", "post-clone", "in-child", "teardown", nullptr};

namespace {

using slipway::Status;

class Throws final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Throws::hook_>("hook", "The hook that throws", {.fallback = "none"}),
        slipway::Option<&Throws::odd_>("odd", "Throw a number instead of a std::exception",
                                       {.fallback = "false"}));
  }

  Status Probe(slipway::Context&) override { return In(Hook::kProbe); }
  Status Create(slipway::Context&) override { return In(Hook::kCreate); }
  Status PreClone(slipway::Plan& plan) override {
    RETURN_IF_ERROR(plan.RecordUndo("thrown"));
    return In(Hook::kPreClone);
  }
  Status PostClone(slipway::ParkedChild&) override { return In(Hook::kPostClone); }
  Status InChild(slipway::Child&) override { return In(Hook::kInChild); }
  Status Teardown(std::string_view, slipway::Context&) override { return In(Hook::kTeardown); }

 private:
  Status In(Hook hook) const {
    if (hook != hook_) return slipway::Ok();
    if (odd_) throw 42;
    throw std::runtime_error("thrown on purpose");
  }

  Hook hook_ = Hook::kNone;
  bool odd_ = false;
};

}  // namespace

SLIPWAY_STAGE(Throws, {.name = "bad-throws", .summary = "Throws from a hook"});
