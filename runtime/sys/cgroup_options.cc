// Documentation/scheduler/sched-bwc.rst.

#include "runtime/sys/cgroup_options.h"

#include "runtime/sys/cgroup.h"
#include "runtime/sys/cgroup_devices.h"
#include "runtime/sys/cgroup_limits.h"
#include "runtime/sys/id_list.h"

namespace slipway::sys {
namespace {

using std::chrono::nanoseconds;

constexpr int64_t kLeastQuota = 1'000'000;  // ns; min_cfs_quota_period bounds the quota too

Status CheckWholeMicroseconds(const char* name, const std::optional<nanoseconds>& time) {
  if (!time || time->count() % 1000 == 0) return Ok();
  return Error(std::string(name) + ": not a whole number of microseconds",
               std::to_string(time->count()) + "ns", "the kernel counts in microseconds");
}

Status CheckCpu(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckWholeMicroseconds("cpu.period", options.cpu_period));
  RETURN_IF_ERROR(CheckWholeMicroseconds("cpu.max.burst", options.cpu_max_burst));
  if (options.cpu_max_burst && !options.cpu_max) {
    return Error("cpu.max.burst without cpu.max", {}, "there is no limit that it could exceed");
  }
  if (!options.cpu_max) return Ok();
  const int64_t quota = CpuQuotaNanoseconds(options);
  if (quota < kLeastQuota) {
    return Error("cpu.max of a cpu.period is too little", std::to_string(quota / 1000) + "us",
                 "the kernel's least is 1ms: raise cpu.max or cpu.period");
  }
  if (options.cpu_max_burst && options.cpu_max_burst->count() > quota) {
    return Error("cpu.max.burst is more than cpu.max gives in one period",
                 std::to_string(options.cpu_max_burst->count() / 1000) + "us",
                 "at most " + std::to_string(quota / 1000) + "us");
  }
  return Ok();
}

Status CheckList(const char* name, const std::optional<std::string>& list) {
  if (!list) return Ok();
  Status status = ParseIdList(*list).status();
  if (status.ok()) return Ok();
  CopyText(status.error().operation, std::string(name) + ": " + status.error().operation);
  return status;
}

Status CheckCpuset(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckList("cpuset.cpus", options.cpuset_cpus));
  RETURN_IF_ERROR(CheckList("cpuset.mems", options.cpuset_mems));
  const CpusetPartition partition = options.cpuset_partition.value_or(CpusetPartition::kMember);
  if (partition != CpusetPartition::kMember && !options.cpuset_cpus) {
    return Error("cpuset.partition without cpuset.cpus", {},
                 "say which CPUs are the container's alone");
  }
  return Ok();
}

}  // namespace

Status CheckCgroupOptions(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckCgroupPath(options.parent));
  RETURN_IF_ERROR(CheckCpu(options));
  RETURN_IF_ERROR(CheckCpuset(options));
  return CheckDevices(options);
}

Status RefuseLacking(std::span<const LackingOption> lacking, const char* version,
                     const CgroupOptions& options) {
  for (const LackingOption& option : lacking) {
    if (option.given(options)) {
      return Error(std::string(version) + " has no", option.name, option.hint);
    }
  }
  return Ok();
}

}  // namespace slipway::sys
