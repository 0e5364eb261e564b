// Documentation/scheduler/sched-bwc.rst.

#include "plugins/cgroup/options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/devices.h"
#include "plugins/cgroup/limits.h"
#include "runtime/sys/id_list.h"

namespace slipway::cgroup {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kRealTimePeriod{1'000'000'000};  // of a new cgroup
constexpr int64_t kLeastQuota = 1'000'000;  // ns; min_cfs_quota_period bounds the quota too

Status CheckWholeMicroseconds(const char* name, const std::optional<nanoseconds>& time) {
  if (!time || time->count() % 1000 == 0) return Ok();
  return Error(std::string(name) + ": not a whole number of microseconds",
               std::to_string(time->count()) + "ns", "the kernel counts in microseconds")
      .Option(name);
}

Status CheckRealTime(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckWholeMicroseconds("cpu.rt_runtime", options.cpu_rt_runtime));
  RETURN_IF_ERROR(CheckWholeMicroseconds("cpu.rt_period", options.cpu_rt_period));
  if (!options.cpu_rt_runtime) {
    if (!options.cpu_rt_period) return Ok();
    return Error("cpu.rt_period without cpu.rt_runtime", {}, "there is no time that it would count")
        .Option("cpu.rt_period");
  }
  const nanoseconds period = options.cpu_rt_period.value_or(kRealTimePeriod);
  if (*options.cpu_rt_runtime <= period) return Ok();
  return Error("cpu.rt_runtime is more than its period",
               std::to_string(options.cpu_rt_runtime->count() / 1000) + "us",
               "at most " + std::to_string(period.count() / 1000) + "us")
      .Option("cpu.rt_runtime");
}

Status CheckCpu(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckWholeMicroseconds("cpu.period", options.cpu_period));
  RETURN_IF_ERROR(CheckWholeMicroseconds("cpu.max.burst", options.cpu_max_burst));
  RETURN_IF_ERROR(CheckRealTime(options));
  if (options.cpu_max_burst && !options.cpu_max) {
    return Error("cpu.max.burst without cpu.max", {}, "there is no limit that it could exceed")
        .Option("cpu.max.burst");
  }
  if (!options.cpu_max) return Ok();
  const int64_t quota = CpuQuotaNanoseconds(options);
  if (quota < kLeastQuota) {
    return Error("cpu.max of a cpu.period is too little", std::to_string(quota / 1000) + "us",
                 "the kernel's least is 1ms: raise cpu.max or cpu.period")
        .Option("cpu.max");
  }
  if (options.cpu_max_burst && options.cpu_max_burst->count() > quota) {
    return Error("cpu.max.burst is more than cpu.max gives in one period",
                 std::to_string(options.cpu_max_burst->count() / 1000) + "us",
                 "at most " + std::to_string(quota / 1000) + "us")
        .Option("cpu.max.burst");
  }
  return Ok();
}

Status CheckList(const char* name, const std::optional<std::string>& list) {
  if (!list) return Ok();
  Status status = sys::ParseIdList(*list).status();
  if (status.ok()) return Ok();
  CopyText(status.error()->operation, std::string(name) + ": " + status.error()->operation);
  return status.error().Option(name);
}

Status CheckCpuset(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckList("cpuset.cpus", options.cpuset_cpus));
  RETURN_IF_ERROR(CheckList("cpuset.mems", options.cpuset_mems));
  const CpusetPartition partition = options.cpuset_partition.value_or(CpusetPartition::kMember);
  if (partition != CpusetPartition::kMember && !options.cpuset_cpus) {
    return Error("cpuset.partition without cpuset.cpus", {},
                 "say which CPUs are the container's alone")
        .Option("cpuset.partition");
  }
  return Ok();
}

// A name that becomes a part of a file's name or of a line in it.
bool IsPlainWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c > ' ' && c < 0x7f && c != '/'; });
}

// "rdma.max.mlx5_0"
std::string ItemOf(const char* option, const std::string& key) {
  return std::string(option) + "." + key;
}

template <typename Map>
Status CheckKeys(const char* option, const Map& map) {
  for (const auto& entry : map) {
    if (!IsPlainWord(entry.first)) {
      return Error(std::string(option) + ": not a name", entry.first,
                   "without blanks and slashes, as the kernel has it")
          .Option(ItemOf(option, entry.first));
    }
  }
  return Ok();
}

Status CheckMaps(const CgroupOptions& options) {
  RETURN_IF_ERROR(CheckKeys("hugetlb.max", options.hugetlb_max));
  RETURN_IF_ERROR(CheckKeys("misc.max", options.misc_max));
  RETURN_IF_ERROR(CheckKeys("net_prio.ifpriomap", options.net_prio_ifpriomap));
  for (const auto& [name, count] : options.misc_max) {
    if (count >= 0) continue;
    return Error("misc.max: out of range", name + ": " + std::to_string(count),
                 "write an integer of at least 0")
        .Option(ItemOf("misc.max", name));
  }
  for (const auto& [name, priority] : options.net_prio_ifpriomap) {
    if (priority < 0 || priority > std::numeric_limits<uint32_t>::max()) {
      return Error("net_prio.ifpriomap: out of range", name + ": " + std::to_string(priority),
                   "write an integer from 0 to 4294967295")
          .Option(ItemOf("net_prio.ifpriomap", name));
    }
  }
  for (const auto& [device, limit] : options.rdma_max) {
    if (!limit.hca_handle && !limit.hca_object) {
      return Error("rdma.max: no limit for", device, "give hca_handle or hca_object")
          .Option(ItemOf("rdma.max", device));
    }
  }
  return CheckKeys("rdma.max", options.rdma_max);
}

// Files of the cgroup itself are the host's affair: who is in it, and what it passes on.
Status CheckUnified(const CgroupOptions& options) {
  constexpr std::array<std::string_view, 3> kAllowed = {
      "cgroup.max.depth", "cgroup.max.descendants", "cgroup.pressure"};
  for (const auto& [file, value] : options.unified) {
    if (!IsPlainWord(file) || file.find('.') == std::string::npos || file.starts_with('.')) {
      return Error("unified: not a file of a cgroup", file, "write it as in memory.high")
          .Option(ItemOf("unified", file));
    }
    if (file.starts_with("cgroup.") &&
        std::find(kAllowed.begin(), kAllowed.end(), file) == kAllowed.end()) {
      return Error("unified: not for a container to set", file,
                   "of cgroup.*, only max.depth, max.descendants and pressure are")
          .Option(ItemOf("unified", file));
    }
    if (value.empty() || value.find('\n') != std::string::npos) {
      return Error("unified: not one line for", file, "each file takes one write of one line")
          .Option(ItemOf("unified", file));
    }
  }
  return Ok();
}

}  // namespace

Status BlameParent(Status status) {
  if (!status.ok()) status.error().Option("parent");
  return status;
}

Status CheckCgroupOptions(const CgroupOptions& options) {
  RETURN_IF_ERROR(BlameParent(CheckCgroupPath(options.parent)));
  RETURN_IF_ERROR(CheckCpu(options));
  RETURN_IF_ERROR(CheckCpuset(options));
  RETURN_IF_ERROR(CheckDevices(options));
  RETURN_IF_ERROR(CheckMaps(options));
  return CheckUnified(options);
}

Status RefuseLacking(std::span<const LackingOption> lacking, const char* version,
                     const CgroupOptions& options) {
  for (const LackingOption& option : lacking) {
    if (option.given(options)) {
      return NotHere(Error(std::string(version) + " has no", option.name, option.hint))
          .Option(option.name);
    }
  }
  return Ok();
}

}  // namespace slipway::cgroup
