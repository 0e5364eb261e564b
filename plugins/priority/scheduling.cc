#include "plugins/priority/scheduling.h"

#include <sched.h>

namespace slipway::priority {
namespace {

constexpr uint32_t kDeadlinePolicy = 6;  // SCHED_DEADLINE, which the C library does not have
constexpr int64_t kUsualLevel = 4;       // of ioprio_set(2), for a nice value of 0
constexpr uint32_t kClassShift = 13;     // IOPRIO_CLASS_SHIFT of linux/ioprio.h

const char* NameOf(Policy policy) { return kNamesOf<Policy>[static_cast<size_t>(policy)]; }

std::string Text(Scheduling::Time time) { return std::to_string(time.count()) + "ns"; }

Error OnlyForDeadline(const char* field, Policy policy) {
  return Error(std::string("a ") + field + " with the policy", NameOf(policy),
               "it is for the policy deadline")
      .Option(std::string("scheduling.") + field);
}

Status CheckDeadline(const Scheduling& scheduling) {
  if (!scheduling.runtime || !scheduling.deadline) {
    return Error("the policy deadline without a", scheduling.runtime ? "deadline" : "runtime",
                 "write such as {policy: deadline, runtime: 10ms, deadline: 30ms, period: 100ms}")
        .Option("scheduling");
  }
  if (*scheduling.runtime > *scheduling.deadline) {
    return Error("a runtime longer than the deadline", Text(*scheduling.runtime),
                 "write at most " + Text(*scheduling.deadline))
        .Option("scheduling.runtime");
  }
  if (scheduling.period && *scheduling.deadline > *scheduling.period) {
    return Error("a deadline longer than the period", Text(*scheduling.deadline),
                 "write at most " + Text(*scheduling.period))
        .Option("scheduling.deadline");
  }
  return Ok();
}

}  // namespace

Status CheckScheduling(const Scheduling& scheduling) {
  if (scheduling.IsRealTime() && !scheduling.priority) {
    return Error("no priority with the policy", NameOf(scheduling.policy),
                 std::string("write such as ") + NameOf(scheduling.policy) + ":1, up to 99")
        .Option("scheduling");
  }
  if (!scheduling.IsRealTime() && scheduling.priority) {
    return Error("a priority with the policy", NameOf(scheduling.policy),
                 "it is for the policies fifo and rr; others have nice")
        .Option("scheduling.priority");
  }
  if (scheduling.IsDeadline()) return CheckDeadline(scheduling);
  if (scheduling.runtime) return OnlyForDeadline("runtime", scheduling.policy);
  if (scheduling.deadline) return OnlyForDeadline("deadline", scheduling.policy);
  if (scheduling.period) return OnlyForDeadline("period", scheduling.policy);
  return Ok();
}

Status CheckIoPriority(const IoPriority& priority) {
  if (priority.io_class != IoClass::kIdle || !priority.level) return Ok();
  return Error("a level with the class", "idle", "it has none: leave the level out")
      .Option("ioprio.level");
}

uint32_t NumberOf(Policy policy) {
  switch (policy) {
    case Policy::kOther:
      return SCHED_OTHER;
    case Policy::kBatch:
      return SCHED_BATCH;
    case Policy::kIdle:
      return SCHED_IDLE;
    case Policy::kFifo:
      return SCHED_FIFO;
    case Policy::kRr:
      return SCHED_RR;
    case Policy::kDeadline:
      return kDeadlinePolicy;
  }
  return SCHED_OTHER;
}

uint32_t NumberOf(const IoPriority& priority) {
  const uint32_t io_class = static_cast<uint32_t>(priority.io_class) + 1;  // IOPRIO_CLASS_RT is 1
  if (priority.io_class == IoClass::kIdle) return io_class << kClassShift;
  return io_class << kClassShift | static_cast<uint32_t>(priority.level.value_or(kUsualLevel));
}

std::string Words(const Scheduling& scheduling) {
  std::string words = NameOf(scheduling.policy);
  if (scheduling.priority) words += ", priority " + std::to_string(*scheduling.priority);
  if (!scheduling.IsDeadline()) return words;
  const Scheduling::Time deadline = scheduling.deadline.value_or(Scheduling::Time(0));
  return words + ", " + Text(scheduling.runtime.value_or(Scheduling::Time(0))) + " of each " +
         Text(scheduling.period.value_or(deadline)) + ", within " + Text(deadline);
}

std::string Words(const IoPriority& priority) {
  std::string name = kNamesOf<IoClass>[static_cast<size_t>(priority.io_class)];
  if (priority.io_class == IoClass::kIdle) return name;
  return name + ", level " + std::to_string(priority.level.value_or(kUsualLevel));
}

}  // namespace slipway::priority
