// Another build of bad-leaves-record, that knows only newer records.

#include "tests/plugins/leaves_record.h"

SLIPWAY_STAGE(slipway::fixtures::LeavesRecord<'a'>, {.name = "bad-leaves-record",
                                                     .summary = "Leaves the records a and b",
                                                     .record_version = 2,
                                                     .oldest_record_version = 2});
