// InChild always fails: the error has to come back from the child.

#include <cerrno>

#include "runtime/sdk/stage.h"

namespace {

class InChildFails final : public slipway::Stage {
 public:
  slipway::Status InChild(slipway::Child&) override {
    return slipway::Error(EPERM, "enter", "on purpose", "this stage always fails in in-child");
  }
};

}  // namespace

SLIPWAY_STAGE(InChildFails, {.name = "bad-in-child-fails", .summary = "Fails in in-child"});
