/* The symbol has the right name, and something else is in it. */

#include "runtime/sdk/abi.h"

const slipway_plugin slipway_plugin_0 = {
    .magic = UINT64_C(0x1122334455667788),
};

SLIPWAY_PLUGIN_NOTE;
