// A process that was killed, and is still there. For one, the kernel lets pid 1 of a pid namespace
// wait for every other process of it, which it has killed; pid_namespaces(7).

#ifndef SLIPWAY_RUNTIME_SYS_LINGERING_H_
#define SLIPWAY_RUNTIME_SYS_LINGERING_H_

#include <sys/types.h>

#include <string>

namespace slipway::sys {

// What the end of pid 1 of a pid namespace waits for, in words for its user: which processes of the
// namespace, and why they are still there.
std::string WhatKeepsIt(pid_t first);

// Why the process `pid` still lives, as the hint of an error.
std::string WhyItLives(pid_t pid);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_LINGERING_H_
