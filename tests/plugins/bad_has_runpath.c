/* Linked with -rpath, see BUILD. */

#include "runtime/sdk/abi.h"

const slipway_stage slipway_descriptor = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = sizeof(slipway_stage),
    .name = "bad-has-runpath",
    .version = "0.1.0",
    .summary = "Says where its libraries are",
};
