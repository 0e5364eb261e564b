#include <sys/resource.h>

#include <cerrno>

#include "runtime/sdk/stage.h"

class Nice final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Nice::value_>(
        "value", "How willingly the command yields the processor; see nice(2)",
        {.fallback = "10", .minimum = -20, .maximum = 19}));
  }

  slipway::Status InChild(slipway::Child&) override {
    if (setpriority(PRIO_PROCESS, 0, static_cast<int>(value_)) == 0) return slipway::Ok();
    return slipway::Error(errno, "setpriority", std::to_string(value_));
  }

 private:
  int64_t value_ = 0;
};

SLIPWAY_STAGE(Nice, {.name = "nice", .summary = "Lower (or higher) priority for the processor"});
