// The clone of a parked child into namespaces, those that it makes and those that it joins.
//
//   host                      intermediate                        child
//     clone3 ---------------> setns(2): those of outside, the
//                             user namespace, those of it
//                             clone3, CLONE_PARENT -------------> parked, the host's child
//     waits <---------------- ends
//
// So the host never leaves its own namespaces, and has nothing to go back to, whatever fails.
// Without a namespace to join there is no intermediate.
//
// Who is in a pid namespace that is joined must not see the child, which is a copy of the host
// until its exec: it joins that one itself, and for its children alone. With a user namespace of
// its own it could not any more; so it makes that itself too:
//
//   host                                                          child
//     clone3 ---------------------------------------------------> setns(2): the same, and the pid
//                                                                 namespace for its children
//     waits <---------------------------------------------------- unshare(2); parked

#ifndef SLIPWAY_RUNTIME_LAUNCH_CLONING_H_
#define SLIPWAY_RUNTIME_LAUNCH_CLONING_H_

#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/clone.h"

namespace slipway::launch {

// Returns twice, as sys::Clone does. The error says whose wish was refused.
Result<sys::Cloned> CloneChild(const Setup& setup);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CLONING_H_
