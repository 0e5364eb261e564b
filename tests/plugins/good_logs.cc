// Says in each hook where it is: a warning, and something that only -v shows.

#include <optional>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"

namespace {

using slipway::Ok;
using slipway::Status;

Status Say(slipway::Context& context, const std::string& hook) {
  context.Warn("warns in " + hook);
  context.Info("tells in " + hook);
  return Ok();
}

class Logs final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Logs::token_>("token", "Not for others", {.secret = true}));
  }

  Status Create(slipway::Context& context) override { return Say(context, "Create"); }
  Status Probe(slipway::Context& context) override { return Say(context, "Probe"); }
  Status Describe(slipway::Description& description) override {
    return description.Add(SLIPWAY_EFFECT_OTHER, "token", "it is " + token_.value_or("none"));
  }
  Status PreClone(slipway::Plan& plan) override {
    RETURN_IF_ERROR(plan.RecordUndo(token_ ? "with a token" : "without a token"));
    return Say(plan, "PreClone");
  }
  Status InChild(slipway::Child& child) override { return Say(child, "InChild"); }
  Status Report(std::string_view, slipway::Figures& figures) override {
    return Say(figures, "Report");
  }
  Status Teardown(std::string_view record, slipway::Context& context) override {
    return Say(context, "Teardown " + std::string(record) + (token_ ? ", has it" : ""));
  }

 private:
  std::optional<std::string> token_;
};

}  // namespace

SLIPWAY_STAGE(Logs, {.name = "good-logs", .summary = "Says in each hook where it is"});
