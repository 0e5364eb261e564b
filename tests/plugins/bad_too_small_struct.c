/* A plugin that was built when a stage had fewer fields. */

#include "runtime/sdk/abi.h"

const slipway_plugin slipway_plugin_0 = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = sizeof(slipway_plugin),
    .option_size = sizeof(slipway_option),
    .stage_size = offsetof(slipway_stage, destroy),
};

SLIPWAY_PLUGIN_NOTE;
