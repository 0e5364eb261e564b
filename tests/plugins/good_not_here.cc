// Works nowhere: its Probe says what would cure that, or, if it is told so, that something is
// wrong.

#include "runtime/sdk/stage.h"

namespace {

using slipway::Error;
using slipway::Status;

class NotHere final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&NotHere::wrong_>("wrong", "Call it a mistake", {.fallback = "false"}),
        slipway::Option<&NotHere::cure_>("cure", "What would make it work",
                                         {.fallback = "another machine"}));
  }

  Status Probe(slipway::Context&) override {
    if (wrong_) return Error("a mistake", "on purpose").Option("wrong");
    return slipway::NotHere(Error("no such thing", "here", "nowhere is"), cure_).Option("cure");
  }

 private:
  bool wrong_ = false;
  std::string cure_;
};

}  // namespace

SLIPWAY_STAGE(NotHere, {.name = "good-not-here", .summary = "Works nowhere"});
