// Leaves the undo records "c" and "d".

#include "tests/plugins/leaves_record.h"

SLIPWAY_STAGE(slipway::fixtures::LeavesRecord<'c'>,
              {.name = "bad-leaves-record-too", .summary = "Leaves the records c and d"});
