/* A whole plugin but for the note. Its constructor must not run. */

#include <unistd.h>

#include "runtime/sdk/abi.h"

__attribute__((constructor)) static void Construct(void) { _exit(7); }

static const slipway_stage kStage = {
    .name = "bad-no-note",
    .version = "0.1.0",
    .summary = "Has no note",
};

static const slipway_stage* const kStages[] = {&kStage};

const slipway_plugin slipway_plugin_0 = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR,
    .abi_minor = SLIPWAY_ABI_MINOR,
    .struct_size = sizeof(slipway_plugin),
    .option_size = sizeof(slipway_option),
    .stage_size = sizeof(slipway_stage),
    .stage_count = 1,
    .stages = kStages,
};
