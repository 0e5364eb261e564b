/* Calls a function that no library has. */

#include "runtime/sdk/abi.h"

extern __attribute__((visibility("default"))) int slipway_no_such_function(void);

static int Probe(void* stage, slipway_context* context, slipway_error* error) {
  (void)stage;
  (void)context;
  (void)error;
  return slipway_no_such_function();
}

static const slipway_stage kStage = {
    .name = "bad-unresolved-symbol",
    .version = "0.1.0",
    .summary = "Calls a function that no library has",
    .probe = Probe,
};

SLIPWAY_PLUGIN(&kStage);
