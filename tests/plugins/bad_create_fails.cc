// Create always fails.

#include "runtime/sdk/stage.h"

namespace {

class CreateFails final : public slipway::Stage {
 public:
  slipway::Status Create(slipway::Context&) override {
    return slipway::Error("refused", "on purpose", "this stage always fails in create");
  }
};

}  // namespace

SLIPWAY_STAGE(CreateFails, {.name = "bad-create-fails", .summary = "Fails in create"});
