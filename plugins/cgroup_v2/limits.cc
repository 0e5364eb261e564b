// Documentation/admin-guide/cgroup-v2.rst.

#include "plugins/cgroup_v2/limits.h"

#include <array>
#include <string>
#include <utility>

namespace slipway::cgroup_v2 {
namespace {

using cgroup::CgroupOptions;
using cgroup::LimitFile;
using cgroup::Lines;
using cgroup::Plain;

// "QUOTA PERIOD", in microseconds; the quota may be "max".
Lines CpuMax(const CgroupOptions& options) {
  const Lines quota = cgroup::CpuQuota(options);
  const Lines period = cgroup::CpuPeriod(options);
  if (period.empty()) return {};
  return {(quota.empty() ? "max" : quota[0]) + " " + period[0]};
}

Lines IoWeight(const CgroupOptions& options) {
  if (!options.io_weight) return {};
  return {"default " + std::to_string(*options.io_weight)};
}

// BFQ's own weight, at most 1000 and 100 by default, as systemd's BFQ_WEIGHT() has it.
Lines BfqWeight(const CgroupOptions& options) {
  if (!options.io_weight) return {};
  const int64_t weight = *options.io_weight;
  return {std::to_string(weight <= 100 ? weight : 100 + (weight - 100) * 900 / 9900)};
}

// "8:0 rbps=1048576 wiops=10", a line for each disk.
Lines IoMax(const CgroupOptions& options) {
  Lines lines;
  for (const cgroup::IoMax& limit : options.io_max) {
    std::string line = limit.device;
    if (limit.rbps) line += " rbps=" + cgroup::LimitText(*limit.rbps);
    if (limit.wbps) line += " wbps=" + cgroup::LimitText(*limit.wbps);
    if (limit.riops) line += " riops=" + cgroup::LimitText(*limit.riops);
    if (limit.wiops) line += " wiops=" + cgroup::LimitText(*limit.wiops);
    lines.push_back(std::move(line));
  }
  return lines;
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
    LimitFile{"cpuset", "cpuset.cpus.partition", Plain<&CgroupOptions::cpuset_partition>, false,
              "cpuset.partition"},
    LimitFile{"io", "io.weight", IoWeight, true},
    LimitFile{"io", "io.bfq.weight", BfqWeight, true, "io.weight"},
    LimitFile{"io", "io.max", IoMax},
    LimitFile{"rdma", "rdma.max", cgroup::RdmaLines},
    LimitFile{"misc", "misc.max", cgroup::ByName<&CgroupOptions::misc_max>},
};

constexpr const char* kMatchByCgroup =
    "v2 marks no packets: leave it out there, and match the cgroup (nftables: socket cgroupv2)";

constexpr std::array kLacking = {
    cgroup::LackingOption{"cpu.rt_runtime", cgroup::Given<&CgroupOptions::cpu_rt_runtime>,
                          "v2 does not limit real-time processes: leave it out there"},
    cgroup::LackingOption{"net_cls.classid", cgroup::Given<&CgroupOptions::net_cls_classid>,
                          kMatchByCgroup},
    cgroup::LackingOption{"net_prio.ifpriomap", cgroup::Given<&CgroupOptions::net_prio_ifpriomap>,
                          kMatchByCgroup},
};

// The limits that have an option of their own.
std::vector<cgroup::LimitWrite> NamedLimits(const CgroupOptions& options) {
  std::vector<cgroup::LimitWrite> limits = cgroup::WantedLimits(kLimits, options);
  cgroup::AddHugetlbLimits("max", options, limits);
  return limits;
}

}  // namespace

Status CheckLimits(const CgroupOptions& options) {
  RETURN_IF_ERROR(cgroup::RefuseLacking(kLacking, "cgroup v2", options));
  for (const cgroup::LimitWrite& limit : NamedLimits(options)) {
    if (options.unified.contains(limit.file)) {
      return Error("unified: given twice", limit.file,
                   "the option " + limit.option + " writes this file already")
          .Option("unified." + limit.file);
    }
  }
  return Ok();
}

std::vector<cgroup::LimitWrite> Limits(const CgroupOptions& options) {
  std::vector<cgroup::LimitWrite> limits = NamedLimits(options);
  for (const auto& [file, value] : options.unified) {
    const std::string controller = file.substr(0, file.find('.'));
    limits.push_back(
        {controller == "cgroup" ? "" : controller, file, value, false, "unified." + file});
  }
  return limits;
}

}  // namespace slipway::cgroup_v2
