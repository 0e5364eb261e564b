// How the options of a cgroup become lines in its files. A stage holds a table of LimitFile rows,
// one for each file that its version has; a further limit is an option in options.h and a
// row there. Pure logic.

#ifndef SLIPWAY_PLUGINS_CGROUP_LIMITS_H_
#define SLIPWAY_PLUGINS_CGROUP_LIMITS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/options.h"

namespace slipway::cgroup {

// The lines to write to one file, each with a write(2) of its own; none when the option was not
// given.
using Lines = std::vector<std::string>;

inline std::string LimitText(int64_t number) {
  return number == kMax ? "max" : std::to_string(number);
}
inline std::string LimitText(bool flag) { return flag ? "1" : "0"; }
inline std::string LimitText(const std::string& text) { return text; }
inline std::string LimitText(CpusetPartition partition) {
  return kNamesOf<CpusetPartition>[static_cast<size_t>(partition)];
}
inline std::string LimitText(Bytes bytes) { return LimitText(bytes.count); }
inline std::string LimitText(std::chrono::nanoseconds time) {
  return std::to_string(time.count() / 1000);  // the kernel counts in microseconds
}

// An option whose value the kernel takes as it is.
template <auto Member>
Lines Plain(const CgroupOptions& options) {
  const auto& value = options.*Member;
  if (!value) return {};
  return {LimitText(*value)};
}

// cpu.max: the CPU time of one period, and the period. Only when there is a cpu.max.
// kMax: no limit.
int64_t CpuQuotaNanoseconds(const CgroupOptions& options);
Lines CpuQuota(const CgroupOptions& options);
// The period, when it or cpu.max was given.
Lines CpuPeriod(const CgroupOptions& options);

// "NAME VALUE", a line for each entry of a map.
template <auto Member>
Lines ByName(const CgroupOptions& options) {
  Lines lines;
  for (const auto& [name, value] : options.*Member) lines.push_back(name + " " + LimitText(value));
  return lines;
}

// "mlx5_0 hca_handle=2 hca_object=2000"
Lines RdmaLines(const CgroupOptions& options);

// A file of a cgroup, the controller that offers it, and what is written to it.
struct LimitFile {
  const char* controller;
  const char* file;
  Lines (*lines)(const CgroupOptions& options);
  // One of several files of which a kernel may have any: it is written where it is there, and one
  // of those of its controller must be.
  bool where_present = false;
  const char* option = nullptr;  // that it stands for; null: the one of the file's name
};

// What is to be written to one file of the container's cgroup.
struct LimitWrite {
  std::string controller;
  std::string file;
  std::string value;
  bool where_present = false;
  std::string option = {};  // that it stands for, as an error names it; empty: none
};

// The rows whose option was given, in the table's order.
std::vector<LimitWrite> WantedLimits(std::span<const LimitFile> table,
                                     const CgroupOptions& options);

// hugetlb.max, whose files have the size of the page in their names: "hugetlb.2MB." + `ending`.
void AddHugetlbLimits(const char* ending, const CgroupOptions& options,
                      std::vector<LimitWrite>& limits);

// The first option that needs the controller.
std::string OptionOf(const std::vector<LimitWrite>& limits, std::string_view controller);

// Their controllers, each once, in that order. Files of the cgroup itself have none.
std::vector<std::string> ControllersOf(const std::vector<LimitWrite>& limits);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_LIMITS_H_
