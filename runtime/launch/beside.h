// The process that slipway-init makes beside itself, inside of a pid namespace that it has joined
// for its children alone: a further command, or the first process of a container that joins one. It
// is this process's child, and the first that is seen in there.

#ifndef SLIPWAY_RUNTIME_LAUNCH_BESIDE_H_
#define SLIPWAY_RUNTIME_LAUNCH_BESIDE_H_

#include <sys/types.h>

#include "runtime/launch/container.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/clone.h"

namespace slipway::launch {

// Finds it by the pid that was told of it, which is not believed: those in the namespace may have
// the channel, pidfd_getfd(2). pid_namespace: the inode of its file.
Result<sys::Cloned> FindBeside(pid_t told, ino_t pid_namespace);

// Waits for the end of slipway-init, which has made it.
Status AwaitMaker(Container& maker);

// Ends those of them that nobody could take over.
void EndBeside(ino_t pid_namespace);

// Why slipway-init could make none; errno.
Error CannotBeBorn(int cause);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_BESIDE_H_
