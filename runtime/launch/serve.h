// What a child asks of the host while its hooks run: its stage's Serve, and a descriptor to be kept
// for its stage's Started.

#ifndef SLIPWAY_RUNTIME_LAUNCH_SERVE_H_
#define SLIPWAY_RUNTIME_LAUNCH_SERVE_H_

#include "runtime/launch/await.h"
#include "runtime/launch/channel.h"
#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Answers by the channel, also when Serve fails: the child's hook decides what that means. Fails
// when nothing can be answered.
Status Handle(const Setup& setup, const Channel& channel, Request request, Began& began);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_SERVE_H_
