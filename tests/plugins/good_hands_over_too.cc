// Hands further descriptors over.

#include "tests/plugins/hands_over.h"

namespace {

class HandsOverToo final : public slipway::fixtures::HandsOver {};

}  // namespace

SLIPWAY_STAGE(HandsOverToo,
              {.name = "good-hands-over-too",
               .summary = "Hands further descriptors over",
               .joins = SLIPWAY_JOIN_PRE_CLONE | SLIPWAY_JOIN_IN_CHILD | SLIPWAY_JOIN_FINISH});
