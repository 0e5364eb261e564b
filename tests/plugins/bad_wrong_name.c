/* The file is named for one stage and holds another. */

#include "runtime/sdk/abi.h"

const slipway_stage slipway_descriptor = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = sizeof(slipway_stage),
    .name = "somebody-else",
    .version = "0.1.0",
    .summary = "Lies in a file of another name",
};
