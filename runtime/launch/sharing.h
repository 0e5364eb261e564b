// A start with a child that shares the host's memory until its exec, as after vfork(2). See start.h
// for where it belongs, and sys/clone.h for what it saves.
//
//   host                                   child
//     CloneSharing                         writes down who it is, in the host's journal
//     (waits in the kernel)                InChild of each stage
//                                          the last steps, exec, or failed = true and _exit
//     looks at what is in `Progress`
//     with an init: waits for its answer   slipway-init forks and executes the command
//
// One of the two runs at a time until the exec, so nothing is sent between them. A child that ends
// without either was in the middle of something (it crashed, it was killed, a hook ended it or took
// too long), and the memory is the host's too: nothing is undone from it. The guard has a new
// process do that.

#ifndef SLIPWAY_RUNTIME_LAUNCH_SHARING_H_
#define SLIPWAY_RUNTIME_LAUNCH_SHARING_H_

#include <optional>
#include <string>

#include "runtime/launch/channel.h"
#include "runtime/launch/container.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"

namespace slipway::launch {

// May the child of such a pipeline share memory? Not where somebody has to come in between: a
// PostClone hook, or the host, which writes the maps of an own user namespace or takes the end of a
// terminal. Nor where the child could be looked into before its exec, in a namespace that it joins,
// or that a stage or the caller has joined for it; and a time namespace is only for a process with
// its own memory; setns(2).
bool MayShare(const Setup& setup);

struct SharingStart {
  Container container;
  std::optional<Channel> channel;  // with an init, whose answer is still to come
  std::string path;                // of the command's file, then
};

// Starts the command, or the init that starts it. An error of a hook or of exec comes back as it
// was.
Result<SharingStart> StartSharing(const Setup& setup, state::Journal& journal, Guard& guard);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_SHARING_H_
