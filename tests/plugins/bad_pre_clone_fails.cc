// PreClone always fails, as a failed system call would.

#include <cerrno>

#include "runtime/sdk/stage.h"

namespace {

class PreCloneFails final : public slipway::Stage {
 public:
  slipway::Status PreClone(slipway::Plan&) override {
    return slipway::Error(EBUSY, "prepare", "on purpose", "this stage always fails in pre-clone");
  }
};

}  // namespace

SLIPWAY_STAGE(PreCloneFails, {.name = "bad-pre-clone-fails", .summary = "Fails in pre-clone"});
