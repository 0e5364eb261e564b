// What the child itself does about its namespaces, between its release and the last InChild hook;
// see start.h. All others it is born in (cloning.h).

#ifndef SLIPWAY_RUNTIME_LAUNCH_OWN_NAMESPACES_H_
#define SLIPWAY_RUNTIME_LAUNCH_OWN_NAMESPACES_H_

#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Becomes root of an own or joined user namespace, or the first that is mapped there.
Status EnterUserNamespace(const Setup& setup);

// While this process is still who it was outside, to whom the file belongs: where the offsets of an
// own time namespace are written. Invalid: there are none, or nothing to write them to.
Result<sys::Fd> OpenClockOffsets(const Setup& setup);

// Once the cgroups of v1 are entered, which a cgroup namespace would show wrongly otherwise:
// cgroup namespace, time namespace with its offsets.
Status EnterLaterNamespaces(const Setup& setup, const sys::Fd& offsets);

// Behind the last InChild, for its children alone: what a hook forks is not in there.
Status EnterJoinedPids(const Setup& setup);

// Likewise: until then the host's files are at "/". root: none may be set then.
Status EnterJoinedMounts(const Setup& setup, const ContainerRoot& root);

// Is the joined namespace entered before the child's clone, and not by the child itself?
bool IsEnteredBefore(const Plan& plan, const JoinedNamespace& joined);

// Why a namespace cannot be joined, with whose wish it was.
Error CannotJoin(const Setup& setup, const JoinedNamespace& joined, int cause);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_OWN_NAMESPACES_H_
