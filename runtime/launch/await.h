// The moment between an exec and the host's knowing of it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_AWAIT_H_
#define SLIPWAY_RUNTIME_LAUNCH_AWAIT_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/launch/channel.h"
#include "runtime/launch/container.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// What the host knows of a command that has begun to run.
struct Began {
  pid_t pid = 0;  // of one that slipway-init has made beside itself, as it is said; else 0
  std::vector<SignalEvent> early = {};  // signals that came before, for the command
  std::vector<Request> passed = {};     // what hooks have put aside for Started
  sys::Fd terminal = {};                // the end of a pty that is to be relayed; or none
};

// Waits, as long as it takes, because the file may be far away, until the command runs, or until it
// is known why it does not: a signal to this process may have come. path: of the command's file.
// Also ok when it waits for its start, or for the host's word; and without an init when its process
// may have ended before.
Status AwaitCommand(const Setup& setup, Container& container, const Channel& channel,
                    const SignalSource& signals, const std::string& path, Began& began);

// Is there something to receive, or has the other end been closed? A message may have been sent a
// moment before the sender's end, which is told of first.
bool HasMessage(const Channel& channel);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_AWAIT_H_
