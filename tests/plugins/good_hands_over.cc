// Hands descriptors over.

#include "tests/plugins/hands_over.h"

namespace {

class HandsOver final : public slipway::fixtures::HandsOver {};

}  // namespace

SLIPWAY_STAGE(HandsOver,
              {.name = "good-hands-over",
               .summary = "Hands descriptors over",
               .joins = SLIPWAY_JOIN_PRE_CLONE | SLIPWAY_JOIN_IN_CHILD | SLIPWAY_JOIN_FINISH});
