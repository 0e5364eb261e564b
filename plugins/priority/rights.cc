#include "plugins/priority/rights.h"

#include <linux/capability.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::priority {
namespace {

constexpr int64_t kNiceOfLimit = 20;  // RLIMIT_NICE of getrlimit(2)
constexpr int64_t kNanoseconds = 1000;

bool Has(int capability) { return sys::HasCapability(capability) && sys::IsInFirstUserNamespace(); }

// What a file of /proc holds; nothing where it cannot be asked.
std::optional<int64_t> NumberIn(const std::string& path) {
  const Result<std::string> text = sys::ReadFile(path);
  int64_t number = 0;
  if (!text.ok()) return std::nullopt;
  const auto read = std::from_chars((*text).data(), (*text).data() + (*text).size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

int64_t SoftLimit(__rlimit_resource resource) {
  rlimit64 limit{};
  if (getrlimit64(resource, &limit) != 0) return 0;
  return limit.rlim_cur > INT64_MAX ? INT64_MAX : static_cast<int64_t>(limit.rlim_cur);
}

Status CheckPeriod(const Scheduling& scheduling) {
  const Scheduling::Time period =
      scheduling.period.value_or(scheduling.deadline.value_or(Scheduling::Time(0)));
  const char* const option = scheduling.period ? "scheduling.period" : "scheduling.deadline";
  const std::string sysctl = "kernel.sched_deadline_period_";
  const auto outside = [&](const char* which, int64_t bound) {
    return NotHere(Error("a period outside of what this machine takes",
                         std::to_string(period.count()) + "ns",
                         "the sysctl " + sysctl + which + " is " + std::to_string(bound) + "us")
                       .Option(option));
  };
  const auto least = NumberIn("/proc/sys/kernel/sched_deadline_period_min_us");
  if (least && period.count() < *least * kNanoseconds) return outside("min_us", *least);
  const auto most = NumberIn("/proc/sys/kernel/sched_deadline_period_max_us");
  if (most && period.count() > *most * kNanoseconds) return outside("max_us", *most);
  return Ok();
}

}  // namespace

Status MayHaveNice(int64_t nice) {
  const int own = getpriority(PRIO_PROCESS, 0);
  if (nice >= own || Has(CAP_SYS_NICE)) return Ok();
  const int64_t limit = SoftLimit(RLIMIT_NICE);
  if (kNiceOfLimit - nice <= limit) return Ok();
  return NotHere(Error("a nice value below the caller's own", std::to_string(nice),
                       "the caller's is " + std::to_string(own) +
                           ", and to lower it takes CAP_SYS_NICE on the machine, or RLIMIT_NICE")
                     .Option("nice"),
                 "write at least " + std::to_string(std::min<int64_t>(own, kNiceOfLimit - limit)));
}

Status MayHavePolicy(const Scheduling& scheduling) {
  if (scheduling.IsDeadline()) RETURN_IF_ERROR(CheckPeriod(scheduling));
  if ((!scheduling.IsDeadline() && !scheduling.IsRealTime()) || Has(CAP_SYS_NICE)) return Ok();
  if (scheduling.IsRealTime() && scheduling.priority.value_or(0) <= SoftLimit(RLIMIT_RTPRIO)) {
    return Ok();
  }
  return NotHere(Error("the caller may not give the command the policy",
                       kNamesOf<Policy>[static_cast<size_t>(scheduling.policy)],
                       scheduling.IsDeadline()
                           ? "it takes CAP_SYS_NICE on the machine"
                           : "it takes CAP_SYS_NICE on the machine, or RLIMIT_RTPRIO")
                     .Option("scheduling.policy"));
}

Status MayHaveIoPriority(const IoPriority& priority) {
  if (priority.io_class != IoClass::kRealTime || Has(CAP_SYS_NICE) || Has(CAP_SYS_ADMIN)) {
    return Ok();
  }
  return NotHere(Error("the caller may not give the command the I/O class", "realtime",
                       "it takes CAP_SYS_NICE or CAP_SYS_ADMIN on the machine")
                     .Option("ioprio.class"));
}

// The lowest value that it may have is not to be read anywhere; but where it was raised by whoever
// may, as by a service manager, it is what it has.
Status MayHaveOomScoreAdj(int64_t value) {
  constexpr const char* kFile = "/proc/self/oom_score_adj";
  const std::optional<int64_t> own = NumberIn(kFile);
  if (!own || value >= *own || Has(CAP_SYS_RESOURCE)) return Ok();
  if (sys::WriteFile(kFile, std::to_string(value)).ok()) {
    (void)sys::WriteFile(kFile, std::to_string(*own));  // a higher one may always be written
    return Ok();
  }
  return NotHere(Error("an oom_score_adj below the caller's own", std::to_string(value),
                       "the caller's is " + std::to_string(*own) +
                           ", and to lower it takes CAP_SYS_RESOURCE on the machine")
                     .Option("oom_score_adj"),
                 "write at least " + std::to_string(*own));
}

}  // namespace slipway::priority
