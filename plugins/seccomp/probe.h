// Asks in a container what a filter makes of system calls, by call_probe.c.

#ifndef SLIPWAY_PLUGINS_SECCOMP_PROBE_H_
#define SLIPWAY_PLUGINS_SECCOMP_PROBE_H_

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace seccomp {

// How call_probe takes a call.
std::string Native(long number, const std::vector<long>& arguments = {});

// Makes the calls in a container of these stages behind pid, mount and proc: "seccomp: {...}". Each
// is a line of its output.
slipway::testing::RunResult Probe(const std::string& stages, const std::vector<std::string>& calls);

// Runs a shell's script in a container of these stages, where /bin/call_probe is.
slipway::testing::RunResult InContainer(const std::string& stages, const std::string& script);

// Copies the program into a root filesystem.
void AddProbe(const std::string& root);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_PROBE_H_
