// Bytes that nobody can change any more.

#ifndef SLIPWAY_RUNTIME_SYS_SEALED_H_
#define SLIPWAY_RUNTIME_SYS_SEALED_H_

#include <string>
#include <string_view>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

// An empty file in memory, memfd_create(2). It has no path but that of its descriptor,
// /proc/self/fd/N. name: for people who look at /proc/PID/maps. program: it may be executed; fails
// with EACCES where vm.memfd_noexec of sysctl(8) forbids that.
Result<Fd> MemoryFile(const std::string& name, bool program);

// Nobody can write to it any more.
Status Seal(const Fd& file, const std::string& name);

// A MemoryFile, no program, that holds `bytes` and is sealed.
Result<Fd> SealedCopy(const std::string& name, std::string_view bytes);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_SEALED_H_
