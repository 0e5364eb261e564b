/* A stage that was built when the descriptor had fewer fields. */

#include "runtime/sdk/abi.h"

const slipway_stage slipway_descriptor = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = offsetof(slipway_stage, destroy),
    .name = "bad-too-small-struct",
    .version = "0.1.0",
    .summary = "Has no destroy",
};
