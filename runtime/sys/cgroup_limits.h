// The options that both cgroup stages have, and how a limit becomes a line in a file: one
// vocabulary, so that a pipeline changes nothing but the stage's name between v1 and v2. A stage
// holds a table of LimitFile rows; a further limit is a member here and a row there. Pure logic.

#ifndef SLIPWAY_RUNTIME_SYS_CGROUP_LIMITS_H_
#define SLIPWAY_RUNTIME_SYS_CGROUP_LIMITS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"

namespace slipway::sys {

struct CgroupOptions {
  static constexpr auto Options() {
    return OptionTable(
        Option<&CgroupOptions::parent>(
            "parent",
            "The cgroup below which the container's own is made, as a path from the hierarchy's "
            "mount; it must exist",
            {.fallback = "/", .minimum = 1, .maximum = kMaxParent}),
        Option<&CgroupOptions::pids_max>(
            "pids.max", "Most tasks (processes and threads) that may exist in the container",
            {.minimum = 1, .maximum = kMaxPids}),
        Option<&CgroupOptions::memory_max>(
            "memory.max", "Most memory that the container may use; beyond it the OOM killer acts",
            {.minimum = kMinMemory, .maximum = std::numeric_limits<int64_t>::max()}),
        Option<&CgroupOptions::cpu_max>("cpu.max",
                                        "CPU time that the container may use, as a number of CPUs",
                                        {.unit = "CPUs", .minimum = kMinCpu, .maximum = kMaxCpu}));
  }

  std::string parent = "/";
  std::optional<int64_t> pids_max;
  std::optional<Bytes> memory_max;
  std::optional<Decimal> cpu_max;

  static constexpr int64_t kMaxParent = 3072;   // with mount and id below PATH_MAX
  static constexpr int64_t kMaxPids = 4194304;  // PID_MAX_LIMIT; pids.max takes no more
  static constexpr int64_t kMinMemory = 4096;   // the kernel counts pages
  static constexpr int64_t kMinCpu = 10;        // 0.01: a quota of 1 ms, the kernel's least
  static constexpr int64_t kMaxCpu = 8192000;   // NR_CPUS of x86-64
};

// The values as the kernel takes them; nothing when the option was not given.
std::optional<std::string> PidsMax(const CgroupOptions& options);
std::optional<std::string> MemoryMax(const CgroupOptions& options);
std::optional<std::string> CpuQuota(const CgroupOptions& options);   // us in a period
std::optional<std::string> CpuPeriod(const CgroupOptions& options);  // us
std::optional<std::string> CpuQuotaAndPeriod(const CgroupOptions& options);

// A file of a cgroup, the controller that offers it, and what is written to it.
struct LimitFile {
  const char* controller;
  const char* file;
  std::optional<std::string> (*value)(const CgroupOptions& options);
};

// What is to be written to one file of the container's cgroup.
struct LimitWrite {
  std::string controller;
  std::string file;
  std::string value;
};

// The rows whose option was given, in the table's order.
std::vector<LimitWrite> WantedLimits(std::span<const LimitFile> table,
                                     const CgroupOptions& options);

// Their controllers, each once, in that order.
std::vector<std::string> ControllersOf(const std::vector<LimitWrite>& limits);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_CGROUP_LIMITS_H_
