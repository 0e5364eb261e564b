// Documentation/admin-guide/cgroup-v1/memory.rst, pids.rst, cpusets.rst,
// Documentation/scheduler/sched-bwc.rst, sched-design-CFS.rst.

#include "plugins/cgroup_v1/limits.h"

#include <algorithm>
#include <array>
#include <string>

namespace slipway::cgroup_v1 {
namespace {

using cgroup::CgroupOptions;
using cgroup::Given;
using cgroup::LackingOption;
using cgroup::LimitFile;
using cgroup::Lines;
using cgroup::Plain;

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
    LackingOption{"misc.max", Given<&CgroupOptions::misc_max>, "v1 does not count them"},
    LackingOption{"unified", Given<&CgroupOptions::unified>,
                  "it names files of v2: use the other options, or the stage cgroup-v2"},
};

constexpr const char* kUnlimited = "-1";

// v1 counts memory and swap in one.
Lines MemoryAndSwap(const CgroupOptions& options) {
  if (!options.memory_swap_max || !options.memory_max) return {};
  const int64_t memory = options.memory_max->count;
  const int64_t swap = options.memory_swap_max->count;
  if (memory == kMax || swap == kMax) return {kUnlimited};
  return {std::to_string(memory + std::min(swap, CgroupOptions::kMaxBytes - memory))};
}

// Of files that know "max" by another word.
template <Lines (*Of)(const CgroupOptions&)>
Lines OrUnlimited(const CgroupOptions& options) {
  Lines lines = Of(options);
  for (std::string& line : lines) {
    if (line == cgroup::LimitText(kMax)) line = kUnlimited;
  }
  return lines;
}

Lines Shares(const CgroupOptions& options) {
  if (!options.cpu_weight) return {};
  return {std::to_string(SharesOfWeight(*options.cpu_weight))};
}

Lines Bfq(const CgroupOptions& options) {
  if (!options.io_weight) return {};
  return {std::to_string(BfqWeight(*options.io_weight))};
}

Lines Blkio(const CgroupOptions& options) {
  if (!options.io_weight) return {};
  return {std::to_string(BlkioWeight(*options.io_weight))};
}

// "8:0 1048576", a line for each disk that has this limit.
template <auto Member>
Lines Throttle(const CgroupOptions& options) {
  Lines lines;
  for (const cgroup::IoMax& limit : options.io_max) {
    if (const auto& value = limit.*Member) {
      lines.push_back(limit.device + " " + cgroup::LimitText(*value));
    }
  }
  return lines;
}

Lines DenyAll(const CgroupOptions& options) { return options.devices ? Lines{"a"} : Lines(); }

// "c 1:3 rwm"
Lines Allow(const CgroupOptions& options) {
  if (!options.devices) return {};
  Lines lines;
  for (const cgroup::DeviceRule& rule : *options.devices) {
    const std::string what = " " + rule.device + " " + rule.access;
    if (rule.type != cgroup::DeviceType::kBlock) lines.push_back("c" + what);
    if (rule.type != cgroup::DeviceType::kChar) lines.push_back("b" + what);
  }
  return lines;
}

// The memory before memory and swap, which may not be less; the period before the quota, which is
// checked against the period that stands, and the quota before the burst.
constexpr std::array kLimits = {
    LimitFile{"pids", "pids.max", Plain<&CgroupOptions::pids_max>},
    LimitFile{"memory", "memory.limit_in_bytes", OrUnlimited<Plain<&CgroupOptions::memory_max>>,
              false, "memory.max"},
    LimitFile{"memory", "memory.memsw.limit_in_bytes", MemoryAndSwap, false, "memory.swap.max"},
    LimitFile{"cpu", "cpu.cfs_period_us", cgroup::CpuPeriod, false, "cpu.period"},
    LimitFile{"cpu", "cpu.cfs_quota_us", OrUnlimited<cgroup::CpuQuota>, false, "cpu.max"},
    LimitFile{"cpu", "cpu.cfs_burst_us", Plain<&CgroupOptions::cpu_max_burst>, false,
              "cpu.max.burst"},
    LimitFile{"cpu", "cpu.rt_period_us", Plain<&CgroupOptions::cpu_rt_period>, false,
              "cpu.rt_period"},
    LimitFile{"cpu", "cpu.rt_runtime_us", Plain<&CgroupOptions::cpu_rt_runtime>, false,
              "cpu.rt_runtime"},
    LimitFile{"cpu", "cpu.shares", Shares, false, "cpu.weight"},
    LimitFile{"cpuset", "cpuset.cpus", Plain<&CgroupOptions::cpuset_cpus>},
    LimitFile{"cpuset", "cpuset.mems", Plain<&CgroupOptions::cpuset_mems>},
    LimitFile{"blkio", "blkio.bfq.weight", Bfq, true, "io.weight"},
    LimitFile{"blkio", "blkio.weight", Blkio, true, "io.weight"},
    LimitFile{"blkio", "blkio.throttle.read_bps_device", Throttle<&cgroup::IoMax::rbps>, false,
              "io.max"},
    LimitFile{"blkio", "blkio.throttle.write_bps_device", Throttle<&cgroup::IoMax::wbps>, false,
              "io.max"},
    LimitFile{"blkio", "blkio.throttle.read_iops_device", Throttle<&cgroup::IoMax::riops>, false,
              "io.max"},
    LimitFile{"blkio", "blkio.throttle.write_iops_device", Throttle<&cgroup::IoMax::wiops>, false,
              "io.max"},
    LimitFile{"devices", "devices.deny", DenyAll, false, "devices"},
    LimitFile{"devices", "devices.allow", Allow, false, "devices"},
    LimitFile{"rdma", "rdma.max", cgroup::RdmaLines},
    LimitFile{"net_cls", "net_cls.classid", Plain<&CgroupOptions::net_cls_classid>},
    LimitFile{"net_prio", "net_prio.ifpriomap", cgroup::ByName<&CgroupOptions::net_prio_ifpriomap>},
};

}  // namespace

Status CheckLimits(const CgroupOptions& options) {
  RETURN_IF_ERROR(cgroup::RefuseLacking(kLacking, "cgroup v1", options));
  if (options.memory_swap_max && !options.memory_max) {
    return NotHere(Error("memory.swap.max without memory.max", {},
                         "v1 limits swap only together with memory"),
                   "give memory.max too")
        .Option("memory.swap.max");
  }
  return Ok();
}

std::vector<cgroup::LimitWrite> Limits(const CgroupOptions& options) {
  std::vector<cgroup::LimitWrite> limits = cgroup::WantedLimits(kLimits, options);
  cgroup::AddHugetlbLimits("limit_in_bytes", options, limits);
  return limits;
}

int64_t SharesOfWeight(int64_t weight) { return (weight * 1024 + 50) / 100; }

int64_t BfqWeight(int64_t weight) {
  if (weight <= 100) return weight;
  return 100 + (weight - 100) * 900 / 9900;
}

int64_t BlkioWeight(int64_t weight) { return std::clamp<int64_t>(weight * 5, 10, 1000); }

}  // namespace slipway::cgroup_v1
