// Documentation/admin-guide/cgroup-v2.rst.

#include "plugins/cgroup_v2/limits.h"

#include <array>

namespace slipway::cgroup_v2 {
namespace {

using sys::CgroupOptions;
using sys::LimitFile;
using sys::Lines;
using sys::Plain;

// "QUOTA PERIOD", in microseconds; the quota may be "max".
Lines CpuMax(const CgroupOptions& options) {
  const Lines quota = sys::CpuQuota(options);
  const Lines period = sys::CpuPeriod(options);
  if (period.empty()) return {};
  return {(quota.empty() ? "max" : quota[0]) + " " + period[0]};
}

// The quota before the burst, which is checked against the quota that stands, and the CPUs before
// the partition that they make.
constexpr std::array kLimits = {
    LimitFile{"pids", "pids.max", Plain<&CgroupOptions::pids_max>},
    LimitFile{"memory", "memory.max", Plain<&CgroupOptions::memory_max>},
    LimitFile{"memory", "memory.high", Plain<&CgroupOptions::memory_high>},
    LimitFile{"memory", "memory.low", Plain<&CgroupOptions::memory_low>},
    LimitFile{"memory", "memory.min", Plain<&CgroupOptions::memory_min>},
    LimitFile{"memory", "memory.swap.max", Plain<&CgroupOptions::memory_swap_max>},
    LimitFile{"memory", "memory.oom.group", Plain<&CgroupOptions::memory_oom_group>},
    LimitFile{"cpu", "cpu.max", CpuMax},
    LimitFile{"cpu", "cpu.max.burst", Plain<&CgroupOptions::cpu_max_burst>},
    LimitFile{"cpu", "cpu.weight", Plain<&CgroupOptions::cpu_weight>},
    LimitFile{"cpuset", "cpuset.cpus", Plain<&CgroupOptions::cpuset_cpus>},
    LimitFile{"cpuset", "cpuset.mems", Plain<&CgroupOptions::cpuset_mems>},
    LimitFile{"cpuset", "cpuset.cpus.partition", Plain<&CgroupOptions::cpuset_partition>},
};

}  // namespace

std::vector<sys::LimitWrite> Limits(const CgroupOptions& options) {
  return sys::WantedLimits(kLimits, options);
}

}  // namespace slipway::cgroup_v2
