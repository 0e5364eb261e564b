// Documentation/admin-guide/cgroup-v1/memory.rst, pids.rst, cpusets.rst,
// Documentation/scheduler/sched-bwc.rst, sched-design-CFS.rst.

#include "plugins/cgroup_v1/limits.h"

#include <algorithm>
#include <array>
#include <string>

namespace slipway::cgroup_v1 {
namespace {

using sys::CgroupOptions;
using sys::Given;
using sys::LackingOption;
using sys::LimitFile;
using sys::Lines;
using sys::Plain;

constexpr const char* kNoProtection = "v1 cannot protect memory: leave it out there";

constexpr std::array kLacking = {
    LackingOption{"memory.high", Given<&CgroupOptions::memory_high>,
                  "v1 has a hard limit only: use memory.max, or the stage cgroup-v2"},
    LackingOption{"memory.low", Given<&CgroupOptions::memory_low>, kNoProtection},
    LackingOption{"memory.min", Given<&CgroupOptions::memory_min>, kNoProtection},
    LackingOption{"memory.oom.group", Given<&CgroupOptions::memory_oom_group>,
                  "v1 kills one process at a time: leave it out there"},
    LackingOption{"cpuset.partition", Given<&CgroupOptions::cpuset_partition>,
                  "v1 shares CPUs among all: leave it out there"},
};

// v1 counts memory and swap in one.
Lines MemoryAndSwap(const CgroupOptions& options) {
  if (!options.memory_swap_max || !options.memory_max) return {};
  const int64_t memory = options.memory_max->count;
  const int64_t swap = options.memory_swap_max->count;
  return {std::to_string(memory + std::min(swap, CgroupOptions::kMaxBytes - memory))};
}

Lines Shares(const CgroupOptions& options) {
  if (!options.cpu_weight) return {};
  return {std::to_string(SharesOfWeight(*options.cpu_weight))};
}

// The memory before memory and swap, which may not be less; the period before the quota, which is
// checked against the period that stands, and the quota before the burst.
constexpr std::array kLimits = {
    LimitFile{"pids", "pids.max", Plain<&CgroupOptions::pids_max>},
    LimitFile{"memory", "memory.limit_in_bytes", Plain<&CgroupOptions::memory_max>},
    LimitFile{"memory", "memory.memsw.limit_in_bytes", MemoryAndSwap},
    LimitFile{"cpu", "cpu.cfs_period_us", sys::CpuPeriod},
    LimitFile{"cpu", "cpu.cfs_quota_us", sys::CpuQuota},
    LimitFile{"cpu", "cpu.cfs_burst_us", Plain<&CgroupOptions::cpu_max_burst>},
    LimitFile{"cpu", "cpu.shares", Shares},
    LimitFile{"cpuset", "cpuset.cpus", Plain<&CgroupOptions::cpuset_cpus>},
    LimitFile{"cpuset", "cpuset.mems", Plain<&CgroupOptions::cpuset_mems>},
};

}  // namespace

Status CheckLimits(const CgroupOptions& options) {
  RETURN_IF_ERROR(sys::RefuseLacking(kLacking, "cgroup v1", options));
  if (options.memory_swap_max && !options.memory_max) {
    return Error("memory.swap.max without memory.max", {},
                 "v1 limits swap only together with memory: give memory.max too");
  }
  return Ok();
}

std::vector<sys::LimitWrite> Limits(const CgroupOptions& options) {
  return sys::WantedLimits(kLimits, options);
}

int64_t SharesOfWeight(int64_t weight) { return (weight * 1024 + 50) / 100; }

}  // namespace slipway::cgroup_v1
