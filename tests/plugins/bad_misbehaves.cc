// Misbehaves in any hook.

#include "tests/plugins/misbehaves.h"

namespace {

using slipway::fixtures::Hook;

class Misbehaves final : public slipway::fixtures::Misbehaves {
 public:
  slipway::Status PostClone(slipway::ParkedChild&) override { return In(Hook::kPostClone); }
};

}  // namespace

SLIPWAY_STAGE(Misbehaves, {.name = "bad-misbehaves", .summary = "Does what no hook may do"});
