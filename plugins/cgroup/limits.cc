// Documentation/admin-guide/cgroup-v2.rst, Documentation/scheduler/sched-bwc.rst.

#include "plugins/cgroup/limits.h"

#include <algorithm>
#include <utility>

namespace slipway::cgroup {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kDefaultPeriod = std::chrono::milliseconds(100);  // the kernel's own

nanoseconds Period(const CgroupOptions& options) {
  return options.cpu_period.value_or(kDefaultPeriod);
}

}  // namespace

int64_t CpuQuotaNanoseconds(const CgroupOptions& options) {
  if (options.cpu_max->thousandths == kMax) return kMax;
  return options.cpu_max->thousandths * (Period(options).count() / 1000);
}

Lines CpuQuota(const CgroupOptions& options) {
  if (!options.cpu_max) return {};
  const int64_t quota = CpuQuotaNanoseconds(options);
  return {quota == kMax ? LimitText(kMax) : LimitText(nanoseconds(quota))};
}

Lines CpuPeriod(const CgroupOptions& options) {
  if (!options.cpu_max && !options.cpu_period) return {};
  return {LimitText(Period(options))};
}

Lines RdmaLines(const CgroupOptions& options) {
  Lines lines;
  for (const auto& [device, limit] : options.rdma_max) {
    std::string line = device;
    if (limit.hca_handle) line += " hca_handle=" + LimitText(*limit.hca_handle);
    if (limit.hca_object) line += " hca_object=" + LimitText(*limit.hca_object);
    lines.push_back(std::move(line));
  }
  return lines;
}

void AddHugetlbLimits(const char* ending, const CgroupOptions& options,
                      std::vector<LimitWrite>& limits) {
  for (const auto& [size, most] : options.hugetlb_max) {
    limits.push_back({"hugetlb", "hugetlb." + size + "." + ending, LimitText(most), false,
                      "hugetlb.max." + size});
  }
}

std::vector<LimitWrite> WantedLimits(std::span<const LimitFile> table,
                                     const CgroupOptions& options) {
  std::vector<LimitWrite> wanted;
  for (const LimitFile& row : table) {
    for (std::string& line : row.lines(options)) {
      wanted.push_back({row.controller, row.file, std::move(line), row.where_present,
                        row.option != nullptr ? row.option : row.file});
    }
  }
  return wanted;
}

std::string OptionOf(const std::vector<LimitWrite>& limits, std::string_view controller) {
  for (const LimitWrite& limit : limits) {
    if (limit.controller == controller) return limit.option;
  }
  return {};
}

std::vector<std::string> ControllersOf(const std::vector<LimitWrite>& limits) {
  std::vector<std::string> controllers;
  for (const LimitWrite& limit : limits) {
    if (limit.controller.empty()) continue;
    if (std::find(controllers.begin(), controllers.end(), limit.controller) == controllers.end()) {
      controllers.push_back(limit.controller);
    }
  }
  return controllers;
}

}  // namespace slipway::cgroup
