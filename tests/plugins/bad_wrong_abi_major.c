/* A plugin for a runtime of another ABI. What follows the version there is not for us to read, and
 * its constructor not for us to run. */

#include <unistd.h>

#include "runtime/sdk/abi.h"

__attribute__((constructor)) static void Construct(void) { _exit(7); }

const slipway_plugin slipway_plugin_0 = {
    .magic = SLIPWAY_MAGIC,
    .abi_major = SLIPWAY_ABI_MAJOR + 1,
    .abi_minor = 0,
    .struct_size = 16,
};

#undef SLIPWAY_ABI_MAJOR
#undef SLIPWAY_ABI_MINOR
#define SLIPWAY_ABI_MAJOR 1
#define SLIPWAY_ABI_MINOR 0
SLIPWAY_PLUGIN_NOTE;
