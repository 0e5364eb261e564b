// Processes that a stage has started and that nobody has ended.

#ifndef SLIPWAY_RUNTIME_LAUNCH_STRAYS_H_
#define SLIPWAY_RUNTIME_LAUNCH_STRAYS_H_

namespace slipway::launch {

// Kills and reaps all children of this process. Returns whether there was none that still ran.
// Called when the container has ended, and the stages have undone what they did.
bool EndStrays();

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_STRAYS_H_
