// Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, cgroup-v1/pids.rst,
// Documentation/scheduler/sched-bwc.rst.

#include "runtime/sys/cgroup_limits.h"

#include <algorithm>
#include <utility>

namespace slipway::sys {
namespace {

constexpr int64_t kPeriod = 100'000;  // us; the kernel's own default

}  // namespace

std::optional<std::string> PidsMax(const CgroupOptions& options) {
  if (!options.pids_max) return std::nullopt;
  return std::to_string(*options.pids_max);
}

std::optional<std::string> MemoryMax(const CgroupOptions& options) {
  if (!options.memory_max) return std::nullopt;
  return std::to_string(options.memory_max->count);
}

std::optional<std::string> CpuQuota(const CgroupOptions& options) {
  if (!options.cpu_max) return std::nullopt;
  return std::to_string(options.cpu_max->thousandths * (kPeriod / 1000));
}

std::optional<std::string> CpuPeriod(const CgroupOptions& options) {
  if (!options.cpu_max) return std::nullopt;
  return std::to_string(kPeriod);
}

std::optional<std::string> CpuQuotaAndPeriod(const CgroupOptions& options) {
  if (!options.cpu_max) return std::nullopt;
  return *CpuQuota(options) + " " + *CpuPeriod(options);
}

std::vector<LimitWrite> WantedLimits(std::span<const LimitFile> table,
                                     const CgroupOptions& options) {
  std::vector<LimitWrite> wanted;
  for (const LimitFile& row : table) {
    if (std::optional<std::string> value = row.value(options)) {
      wanted.push_back({row.controller, row.file, *std::move(value)});
    }
  }
  return wanted;
}

std::vector<std::string> ControllersOf(const std::vector<LimitWrite>& limits) {
  std::vector<std::string> controllers;
  for (const LimitWrite& limit : limits) {
    if (std::find(controllers.begin(), controllers.end(), limit.controller) == controllers.end()) {
      controllers.push_back(limit.controller);
    }
  }
  return controllers;
}

}  // namespace slipway::sys
