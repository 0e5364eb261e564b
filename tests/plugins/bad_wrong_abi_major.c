/* A stage for a runtime of another ABI. What follows the version there is not for us to read. */

#include "runtime/sdk/abi.h"

const slipway_stage slipway_descriptor = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR + 1,
    .abi_minor = 0,
    .struct_size = 16,
};
