/* Linked with a library that each Linux has, see BUILD; it calls nothing of it. */

#include "runtime/sdk/abi.h"

static const slipway_stage kStage = {
    .name = "good-needs-library",
    .version = "0.1.0",
    .summary = "Needs a library beside that of C",
};

SLIPWAY_PLUGIN(&kStage);
