/* Calls a function that no library has. */

#include "runtime/sdk/abi.h"

extern __attribute__((visibility("default"))) int slipway_no_such_function(void);

static int Probe(void* stage, slipway_error* error) {
  (void)stage;
  (void)error;
  return slipway_no_such_function();
}

const slipway_stage slipway_descriptor = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = sizeof(slipway_stage),
    .name = "bad-unresolved-symbol",
    .version = "0.1.0",
    .summary = "Calls a function that no library has",
    .probe = Probe,
};
