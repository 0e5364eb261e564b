// Leaves the undo records "a" and "b".

#include "tests/plugins/leaves_record.h"

SLIPWAY_STAGE(slipway::fixtures::LeavesRecord<'a'>,
              {.name = "bad-leaves-record", .summary = "Leaves the records a and b"});
