// The moment between an exec and the host's knowing of it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_AWAIT_H_
#define SLIPWAY_RUNTIME_LAUNCH_AWAIT_H_

#include <optional>
#include <string>

#include "runtime/launch/channel.h"
#include "runtime/launch/container.h"
#include "runtime/launch/signals.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Waits, as long as it takes, because the file may be far away, until the command runs, which ends
// the channel, or until the child says why it does not. path: of the command's file. nullopt: the
// command runs, or the child has ended. A number: a signal ended the start, and this is the
// runtime's exit status.
Result<std::optional<int>> AwaitCommand(Container& container, const Channel& channel,
                                        const SignalSource& signals, const std::string& path);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_AWAIT_H_
