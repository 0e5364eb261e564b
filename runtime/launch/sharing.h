// A start with a child that shares the host's memory until its exec, as after vfork(2). See start.h
// for where it belongs, and sys/clone.h for what it saves.
//
//   host                                   child
//     CloneSharing                         writes down who it is, in the host's journal
//     (waits in the kernel)                InChild of each stage
//                                          exec, or failed = true and _exit
//     looks at what is in `Progress`
//
// One of the two runs at a time, so nothing is sent between them. A child that ends without either
// was in the middle of something (it crashed, it was killed, a hook ended it or took too long), and
// the memory is the host's too: nothing is undone from it. The guard has a new process do that.

#ifndef SLIPWAY_RUNTIME_LAUNCH_SHARING_H_
#define SLIPWAY_RUNTIME_LAUNCH_SHARING_H_

#include "runtime/launch/container.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"

namespace slipway::launch {

// May the child of such a pipeline share memory? Not where a PostClone hook has to come in between,
// nor where the container's first process is an init, which stays a copy of the host.
bool MayShare(const Setup& setup);

// Starts the command. An error of a hook or of exec comes back as it was.
Result<Container> StartSharing(const Setup& setup, state::Journal& journal, Guard& guard);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_SHARING_H_
