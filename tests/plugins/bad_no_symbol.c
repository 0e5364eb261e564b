/* A shared library with the note of a plugin, which exports nothing. */

#include "runtime/sdk/abi.h"

SLIPWAY_PLUGIN_NOTE;
