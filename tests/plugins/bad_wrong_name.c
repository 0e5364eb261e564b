/* The file is named for one stage and holds another. */

#include "runtime/sdk/abi.h"

static const slipway_stage kStage = {
    .name = "somebody-else",
    .version = "0.1.0",
    .summary = "Lies in a file of another name",
};

SLIPWAY_PLUGIN(&kStage);
