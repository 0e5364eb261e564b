// The scheduling policy and the I/O priority as a pipeline has them: sched(7), ioprio_set(2). Pure.

#ifndef SLIPWAY_PLUGINS_PRIORITY_SCHEDULING_H_
#define SLIPWAY_PLUGINS_PRIORITY_SCHEDULING_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"

namespace slipway::priority {

enum class Policy { kOther, kBatch, kIdle, kFifo, kRr, kDeadline };
enum class IoClass { kRealTime, kBestEffort, kIdle };

}  // namespace slipway::priority

template <>
inline constexpr std::array<const char*, 7> slipway::kNamesOf<slipway::priority::Policy>{
    "other", "batch", "idle", "fifo", "rr", "deadline", nullptr};
template <>
inline constexpr std::array<const char*, 4> slipway::kNamesOf<slipway::priority::IoClass>{
    "realtime", "best-effort", "idle", nullptr};

namespace slipway::priority {

struct Scheduling {
  using Time = std::chrono::nanoseconds;

  static constexpr const char* kTextForm = "policy:priority";
  static constexpr auto Options() {
    constexpr int64_t kLeast = 1024;  // ns; sched_setattr(2), EINVAL
    return OptionTable(
        Option<&Scheduling::policy>("policy", "Scheduling policy; see sched(7)",
                                    {.required = true}),
        Option<&Scheduling::priority>("priority",
                                      "Real-time priority, of fifo and rr; 99 is highest",
                                      {.minimum = 1, .maximum = 99}),
        Option<&Scheduling::runtime>("runtime", "Of deadline: CPU time in each period",
                                     {.minimum = kLeast}),
        Option<&Scheduling::deadline>(
            "deadline", "Of deadline: time from a period's begin in which it is given",
            {.minimum = kLeast}),
        Option<&Scheduling::period>("period", "Of deadline; as long as its deadline if absent",
                                    {.minimum = kLeast}));
  }

  bool IsRealTime() const { return policy == Policy::kFifo || policy == Policy::kRr; }
  bool IsDeadline() const { return policy == Policy::kDeadline; }

  Policy policy = Policy::kOther;
  std::optional<int64_t> priority;
  std::optional<Time> runtime;
  std::optional<Time> deadline;
  std::optional<Time> period;
};

struct IoPriority {
  static constexpr const char* kTextForm = "class:level";
  static constexpr auto Options() {
    return OptionTable(
        Option<&IoPriority::io_class>("class", "Class of the I/O scheduler; see ionice(1)",
                                      {.required = true}),
        Option<&IoPriority::level>(
            "level", "Priority in its class, 0 is highest; 4 if absent; none with idle",
            {.minimum = 0, .maximum = 7}));
  }

  IoClass io_class = IoClass::kBestEffort;
  std::optional<int64_t> level;
};

// Is what one field says in order with what the others say? Blames fields of the option
// "scheduling", or "ioprio".
Status CheckScheduling(const Scheduling& scheduling);
Status CheckIoPriority(const IoPriority& priority);

// SCHED_* of sched_setattr(2).
uint32_t NumberOf(Policy policy);

// As ioprio_set(2) takes it.
uint32_t NumberOf(const IoPriority& priority);

// "fifo, priority 5", "deadline, 10000000 ns of each 100000000 ns, within 30000000 ns".
std::string Words(const Scheduling& scheduling);
std::string Words(const IoPriority& priority);

}  // namespace slipway::priority

#endif  // SLIPWAY_PLUGINS_PRIORITY_SCHEDULING_H_
