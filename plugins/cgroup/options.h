// The options that both cgroup stages have: one vocabulary, with the names, types and units of
// cgroup v2, so that a pipeline changes nothing but the stage's name between v1 and v2.
//
// Both stages take every option; what a version does not have, its Probe refuses. Not Create: a
// `first-of:` with the same options for both stages calls the Create of each, and would fail on
// every machine then, while only the Probe of the version that is taken must succeed.

#ifndef SLIPWAY_PLUGINS_CGROUP_OPTIONS_H_
#define SLIPWAY_PLUGINS_CGROUP_OPTIONS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup {

enum class CpusetPartition { kMember, kRoot, kIsolated };
enum class DeviceType { kAll, kChar, kBlock };

}  // namespace slipway::cgroup

template <>
inline constexpr std::array<const char*, 4> slipway::kNamesOf<slipway::cgroup::CpusetPartition>{
    "member", "root", "isolated", nullptr};
template <>
inline constexpr std::array<const char*, 4> slipway::kNamesOf<slipway::cgroup::DeviceType>{
    "all", "char", "block", nullptr};

namespace slipway::cgroup {

// Limits of one disk. See devices.h for `device`.
struct IoMax {
  static constexpr const char* kTextForm = "device";
  static constexpr auto Options() {
    constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
    return OptionTable(Option<&IoMax::device>(
                           "device", "The disk: its path on the host, or major:minor; no partition",
                           {.required = true, .minimum = 1, .maximum = 4095}),
                       Option<&IoMax::rbps>("rbps", "Maximum bytes read per second",
                                            {.minimum = 1, .maximum = kMax}),
                       Option<&IoMax::wbps>("wbps", "Maximum bytes written per second",
                                            {.minimum = 1, .maximum = kMax}),
                       Option<&IoMax::riops>("riops", "Maximum reads per second",
                                             {.minimum = 1, .maximum = kMaxIos}),
                       Option<&IoMax::wiops>("wiops", "Maximum writes per second",
                                             {.minimum = 1, .maximum = kMaxIos}));
  }

  std::string device;
  std::optional<Bytes> rbps;
  std::optional<Bytes> wbps;
  std::optional<int64_t> riops;
  std::optional<int64_t> wiops;

  static constexpr int64_t kMaxIos = std::numeric_limits<uint32_t>::max() - 1;  // UINT_MAX: none
};

// What the container may do with a device, or with many.
struct DeviceRule {
  static constexpr const char* kTextForm = "device:access";
  static constexpr auto Options() {
    return OptionTable(
        Option<&DeviceRule::type>(
            "type", "Kind of device that the numbers are of; not needed with a path or *"),
        Option<&DeviceRule::device>(
            "device",
            "The device: its path on the host, or major:minor with * for any number, or * for all",
            {.required = true, .minimum = 1, .maximum = 4095}),
        Option<&DeviceRule::access>("access", "Any of r (read), w (write) and m (mknod)",
                                    {.fallback = "rwm", .minimum = 1, .maximum = 3}));
  }

  std::optional<DeviceType> type;
  std::string device;
  std::string access;
};

// Limits of one RDMA device.
struct RdmaMax {
  static constexpr auto Options() {
    return OptionTable(Option<&RdmaMax::hca_handle>("hca_handle", "Maximum handles of the adapter",
                                                    {.minimum = 0, .maximum = kMaxCount}),
                       Option<&RdmaMax::hca_object>("hca_object", "Maximum objects of the adapter",
                                                    {.minimum = 0, .maximum = kMaxCount}));
  }

  std::optional<int64_t> hca_handle;
  std::optional<int64_t> hca_object;

  static constexpr int64_t kMaxCount = std::numeric_limits<int32_t>::max();
};

struct CgroupOptions {
  using Microseconds = std::chrono::nanoseconds;  // of which CheckCgroupOptions allows whole ones

  static constexpr auto Options() {
    using O = CgroupOptions;
    return OptionTable(
        Option<&O::parent>(
            "parent",
            "Cgroup in which the container's own is made, as a path from the hierarchy's "
            "mount; it must exist",
            {.fallback = "/", .minimum = 1, .maximum = kMaxParent}),
        Option<&O::pids_max>("pids.max",
                             "Maximum number of tasks (processes and threads) in the container",
                             {.minimum = 1,
                              .maximum = kMaxPids,
                              .short_name = "pids",
                              .changeable = true,
                              .or_max = true}),
        Option<&O::memory_max>(
            "memory.max", "Maximum memory of the container; above it the kernel's OOM killer acts",
            {.minimum = kMinMemory,
             .maximum = kMaxBytes,
             .short_name = "memory",
             .changeable = true,
             .or_max = true}),
        Option<&O::memory_high>(
            "memory.high",
            "Memory above which the container is slowed down and its memory reclaimed; v2 only",
            {.minimum = 0, .maximum = kMaxBytes, .changeable = true, .or_max = true}),
        Option<&O::memory_low>(
            "memory.low",
            "Memory that is reclaimed only when there is nothing else to reclaim; v2 only",
            {.minimum = 0, .maximum = kMaxBytes, .changeable = true}),
        Option<&O::memory_min>("memory.min", "Memory that is never reclaimed; v2 only",
                               {.minimum = 0, .maximum = kMaxBytes, .changeable = true}),
        Option<&O::memory_swap_max>(
            "memory.swap.max",
            "Maximum swap of the container, on top of its memory; on v1 with memory.max only",
            {.minimum = 0, .maximum = kMaxBytes, .changeable = true, .or_max = true}),
        Option<&O::memory_oom_group>(
            "memory.oom.group",
            "Whether the OOM killer ends the whole container or one process; v2 only",
            {.changeable = true}),
        Option<&O::cpu_max>("cpu.max", "Maximum CPU time of the container, as a number of CPUs",
                            {.unit = "CPUs",
                             .minimum = kMinCpu,
                             .maximum = kMaxCpu,
                             .short_name = "cpus",
                             .changeable = true,
                             .or_max = true}),
        Option<&O::cpu_period>("cpu.period",
                               "Period over which cpu.max is counted; 100ms if absent",
                               {.minimum = kMinPeriod, .maximum = kMaxPeriod, .changeable = true}),
        Option<&O::cpu_max_burst>(
            "cpu.max.burst",
            "Unused CPU time that a busier period may use on top of cpu.max; at most what cpu.max "
            "gives in one period",
            {.minimum = 0, .maximum = kMaxBurst, .changeable = true}),
        Option<&O::cpu_rt_runtime>(
            "cpu.rt_runtime",
            "CPU time of the container's real-time processes in each cpu.rt_period; without it "
            "there can be none; v1 only",
            {.minimum = 0, .maximum = kMaxPeriod}),
        Option<&O::cpu_rt_period>(
            "cpu.rt_period", "Period over which cpu.rt_runtime is counted; 1s if absent; v1 only",
            {.minimum = kMinPeriod, .maximum = kMaxPeriod}),
        Option<&O::cpu_weight>(
            "cpu.weight", "Share of the CPUs when all are busy; other cgroups have 100 by default",
            {.minimum = 1, .maximum = kMaxWeight, .changeable = true}),
        Option<&O::cpuset_cpus>("cpuset.cpus", "CPUs that the container may run on, such as 0-3,8",
                                {.minimum = 1, .maximum = kMaxList, .changeable = true}),
        Option<&O::cpuset_mems>("cpuset.mems",
                                "Memory nodes that the container may use, such as 0-1",
                                {.minimum = 1, .maximum = kMaxList, .changeable = true}),
        Option<&O::cpuset_partition>(
            "cpuset.partition",
            "Whether the CPUs of cpuset.cpus are the container's alone (root), or that and without "
            "load balancing (isolated); v2 only"),
        Option<&O::io_weight>(
            "io.weight", "Share of the disks when all are busy; other cgroups have 100 by default",
            {.minimum = 1, .maximum = kMaxWeight, .changeable = true}),
        Option<&O::io_max>("io.max",
                           "Maximum rates at which the container reads and writes, for each disk",
                           {.changeable = true}),
        Option<&O::devices>(
            "devices",
            "The only devices that the container may open or create, whatever its root "
            "folder holds; all if absent, none if the list is empty"),
        Option<&O::hugetlb_max>("hugetlb.max",
                                "Maximum memory in huge pages of each size, such as 2MB or 1GB",
                                {.changeable = true}),
        Option<&O::rdma_max>("rdma.max", "Maximum resources of each RDMA device, such as mlx5_0",
                             {.changeable = true}),
        Option<&O::misc_max>(
            "misc.max",
            "Maximum of each scarce resource that the kernel counts, such as sev; v2 only",
            {.changeable = true}),
        Option<&O::net_cls_classid>(
            "net_cls.classid", "Class ID of the container's packets, for tc and iptables; v1 only",
            {.minimum = 1, .maximum = std::numeric_limits<uint32_t>::max(), .changeable = true}),
        Option<&O::net_prio_ifpriomap>(
            "net_prio.ifpriomap",
            "Priority of the container's packets on each network interface; v1 only",
            {.changeable = true}),
        Option<&O::unified>(
            "unified",
            "Further files of the container's cgroup and what to write to them, after "
            "everything else; v2 only"));
  }

  std::string parent = "/";
  std::optional<int64_t> pids_max;
  std::optional<Bytes> memory_max;
  std::optional<Bytes> memory_high;
  std::optional<Bytes> memory_low;
  std::optional<Bytes> memory_min;
  std::optional<Bytes> memory_swap_max;
  std::optional<bool> memory_oom_group;
  std::optional<Decimal> cpu_max;
  std::optional<Microseconds> cpu_period;
  std::optional<Microseconds> cpu_max_burst;
  std::optional<Microseconds> cpu_rt_runtime;
  std::optional<Microseconds> cpu_rt_period;
  std::optional<int64_t> cpu_weight;
  std::optional<std::string> cpuset_cpus;
  std::optional<std::string> cpuset_mems;
  std::optional<CpusetPartition> cpuset_partition;
  std::optional<int64_t> io_weight;
  std::vector<IoMax> io_max;
  std::optional<std::vector<DeviceRule>> devices;
  std::map<std::string, Bytes> hugetlb_max;
  std::map<std::string, RdmaMax> rdma_max;
  std::map<std::string, int64_t> misc_max;
  std::optional<int64_t> net_cls_classid;
  std::map<std::string, int64_t> net_prio_ifpriomap;
  std::map<std::string, std::string> unified;

  static constexpr int64_t kMaxParent = 3072;   // with mount and id below PATH_MAX
  static constexpr int64_t kMaxPids = 4194304;  // PID_MAX_LIMIT; pids.max takes no more
  static constexpr int64_t kMinMemory = 4096;   // the kernel counts pages
  static constexpr int64_t kMaxBytes = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kMinCpu = 10;               // 0.01: in 100 ms, the least quota
  static constexpr int64_t kMaxCpu = 8192000;          // NR_CPUS of x86-64
  static constexpr int64_t kMinPeriod = 1'000'000;     // min_cfs_quota_period of the kernel
  static constexpr int64_t kMaxPeriod = 1000'000'000;  // max_cfs_quota_period
  static constexpr int64_t kMaxBurst = kMaxPeriod * (kMaxCpu / 1000);
  static constexpr int64_t kMaxWeight = 10000;  // CGROUP_WEIGHT_MAX
  static constexpr int64_t kMaxList = 4095;     // a page, as the kernel takes it, without its NUL
};

// The status, with `parent` for the option that is to blame.
Status BlameParent(Status status);

// What one option says against another, and what a type does not tell: for Create.
Status CheckCgroupOptions(const CgroupOptions& options);

// An option that a version of cgroups does not have.
struct LackingOption {
  const char* name;
  bool (*given)(const CgroupOptions& options);
  const char* hint;  // what to do instead
};

template <auto Member>
bool Given(const CgroupOptions& options) {
  if constexpr (requires { (options.*Member).has_value(); }) {
    return (options.*Member).has_value();
  } else {
    return !(options.*Member).empty();
  }
}

// Refuses the first of `lacking` that was given. version: "cgroup v1". For Probe.
Status RefuseLacking(std::span<const LackingOption> lacking, const char* version,
                     const CgroupOptions& options);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_OPTIONS_H_
