// InChild ends the child with success, and the command never runs.

#include <unistd.h>

#include "runtime/sdk/stage.h"

namespace {

class InChildExits final : public slipway::Stage {
 public:
  slipway::Status InChild(slipway::Child&) override { _exit(0); }
};

}  // namespace

SLIPWAY_STAGE(InChildExits, {.name = "bad-in-child-exits", .summary = "Exits in in-child"});
