// Misbehaves in any hook but PostClone, which it does not have: its child shares the host's memory.

#include "tests/plugins/misbehaves.h"

SLIPWAY_STAGE(slipway::fixtures::Misbehaves,
              {.name = "bad-misbehaves-sharing", .summary = "Does what no hook may do"});
