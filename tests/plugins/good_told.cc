// Writes down in each hook what it is told of the container; the child may share the host's memory.

#include "tests/plugins/told.h"

SLIPWAY_STAGE(told::Told, {.name = "good-told",
                           .summary = "Writes down what it is told",
                           .joins = SLIPWAY_JOIN_PRE_CLONE});
