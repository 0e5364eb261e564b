/* Linked with a library that each Linux has, see BUILD; it calls nothing of it. */

#include "runtime/sdk/abi.h"

const slipway_stage slipway_descriptor = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = sizeof(slipway_stage),
    .name = "good-needs-library",
    .version = "0.1.0",
    .summary = "Needs a library beside that of C",
};
