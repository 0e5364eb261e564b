/* Linked with -rpath, see BUILD. */

#include "runtime/sdk/abi.h"

static const slipway_stage kStage = {
    .name = "bad-has-runpath",
    .version = "0.1.0",
    .summary = "Says where its libraries are",
};

SLIPWAY_PLUGIN(&kStage);
