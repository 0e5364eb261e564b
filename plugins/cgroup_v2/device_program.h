// The list of allowed devices as a BPF program, which the kernel asks at each open(2) and mknod(2)
// of a device in the cgroup. The program is a plain sequence of comparisons, so it is put together
// here, without a compiler or a library.

#ifndef SLIPWAY_PLUGINS_CGROUP_V2_DEVICE_PROGRAM_H_
#define SLIPWAY_PLUGINS_CGROUP_V2_DEVICE_PROGRAM_H_

#include <linux/bpf.h>

#include <vector>

#include "plugins/cgroup/options.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup_v2 {

// rules: resolved, with types and numbers. What none of them allows is denied. Pure.
Result<std::vector<bpf_insn>> DeviceProgram(const std::vector<cgroup::DeviceRule>& rules);

// Has the kernel check the program. Without AttachDeviceProgram it has no effect, and it goes away
// with its descriptor.
Result<sys::Fd> LoadDeviceProgram(const std::vector<bpf_insn>& program);

// The cgroup keeps the program until it is removed. Programs of cgroups above it hold as well, and
// so do those of others (BPF_F_ALLOW_MULTI): a device must be allowed by all.
Status AttachDeviceProgram(const sys::Fd& cgroup, const sys::Fd& program);

}  // namespace slipway::cgroup_v2

#endif  // SLIPWAY_PLUGINS_CGROUP_V2_DEVICE_PROGRAM_H_
