// The processes of a pid namespace, pid_namespaces(7), as this process's /proc shows them.

#ifndef SLIPWAY_RUNTIME_SYS_PID_NAMESPACE_H_
#define SLIPWAY_RUNTIME_SYS_PID_NAMESPACE_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

// Which pid namespace a process is in: the inode of its file. pid: of /proc, such as "self".
// nullopt: it has ended, or is not this process's to look at.
std::optional<ino_t> PidNamespaceOf(const std::string& pid);

// Likewise, of a process that this one has a descriptor of: by that alone, where the kernel can
// (Linux 6.11), which is quicker.
std::optional<ino_t> PidNamespaceOf(pid_t pid, const Fd& pidfd);

// Those that are in that namespace, and in none below it; sorted. Some may have ended meanwhile.
Result<std::vector<pid_t>> ProcessesIn(ino_t pid_namespace);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_PID_NAMESPACE_H_
