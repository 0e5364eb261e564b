// Needs to be root of the machine, and does nothing with it.

#include "runtime/sdk/stage.h"

namespace {

class NeedsMachine final : public slipway::Stage {
 public:
  slipway::Status Create(slipway::Context&) override { return slipway::Ok(); }
};

}  // namespace

SLIPWAY_STAGE(NeedsMachine, {.name = "good-needs-machine",
                             .summary = "Needs root of the machine",
                             .privileges = SLIPWAY_ROOT});
