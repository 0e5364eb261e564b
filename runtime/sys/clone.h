// Children, by clone3(2): as fork(2) makes them, and as vfork(2) does.

#ifndef SLIPWAY_RUNTIME_SYS_CLONE_H_
#define SLIPWAY_RUNTIME_SYS_CLONE_H_

#include <sys/types.h>

#include <cstdint>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

struct Cloned {
  pid_t pid = 0;  // 0 in the child
  Fd pidfd;       // in the parent
};

// As fork(2) does it, plus `namespaces` (CLONE_NEW*), plus the cgroup v2 directory that the child
// is born in (-1: the parent's). Returns twice.
Result<Cloned> Clone(uint64_t namespaces, int cgroup_fd);

// Likewise a child of this process's parent, and not of this one: CLONE_PARENT of clone(2). told:
// gets its pid, as this process sees it, before the child runs; both have the memory. Returns
// twice, 0 in the child.
Result<pid_t> CloneSibling(uint64_t namespaces, int cgroup_fd, pid_t* told);

#ifdef __x86_64__
inline constexpr bool kCanCloneSharing = true;
#else
inline constexpr bool kCanCloneSharing = false;  // nobody has written the few instructions
#endif

// What runs in a child that shares memory.
struct SharingBody {
  void (*run)(SharingBody*);  // must not return: it executes something, or _exit(2)s
  pid_t pid = 0;              // the child's, as the parent sees it; set before it runs
};

// As vfork(2) does it, plus the same: the child runs on this process's memory, on its stack below
// the caller's frames, while this process waits, until it executes something or ends. No page table
// is copied, and no page has to be copied when one of the two writes to it. What the child leaves
// in memory, the parent finds there; what it opens, the parent does not have. The out-of-memory
// killer spares such a child, and with it the parent.
Result<Cloned> CloneSharing(uint64_t namespaces, int cgroup_fd, SharingBody* body);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_CLONE_H_
