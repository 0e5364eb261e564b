// A stage in C++ without the face over abi.h: its PreClone lets an exception out into the host.

#include <stdexcept>

#include "runtime/sdk/abi.h"

namespace {

int PreClone(void*, slipway_context*, slipway_error*) {
  throw std::runtime_error("thrown on purpose");
}

const slipway_stage kStage = {
    .name = "bad-throws-through-c",
    .version = "0.1.0",
    .summary = "Throws an exception through a C function",
    .privileges = SLIPWAY_UNPRIVILEGED,
    .joins = 0,
    .record_version = 0,
    .oldest_record_version = 0,
    .options = nullptr,
    .option_count = 0,
    .provides = nullptr,
    .requires_ = nullptr,
    .after = nullptr,
    .conflicts = nullptr,
    .create = nullptr,
    .probe = nullptr,
    .describe = nullptr,
    .pre_clone = PreClone,
    .post_clone = nullptr,
    .in_child = nullptr,
    .serve = nullptr,
    .finish = nullptr,
    .started = nullptr,
    .freeze = nullptr,
    .processes = nullptr,
    .update = nullptr,
    .report = nullptr,
    .teardown = nullptr,
    .destroy = nullptr,
    .needs = nullptr,
};

}  // namespace

SLIPWAY_PLUGIN(&kStage);
