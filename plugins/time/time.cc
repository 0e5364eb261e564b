// Clocks of its own, for the time since the machine has started: a time namespace,
// time_namespaces(7).

#include <sched.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::OptionRules;
using slipway::Plan;
using slipway::Status;
using std::chrono::nanoseconds;

constexpr int64_t kNanoseconds = 1'000'000'000;
constexpr char kLimit[] = "/proc/sys/user/max_time_namespaces";

// 114 years. The kernel takes no clock beyond 146: KTIME_SEC_MAX / 2 of include/linux/ktime.h.
constexpr int64_t kMost = int64_t{1'000'000} * 3600 * kNanoseconds;
constexpr OptionRules kOffset{.fallback = "0s", .minimum = -kMost, .maximum = kMost};

// "-2.5s"
std::string Seconds(nanoseconds time) {
  const int64_t all = std::abs(time.count());
  std::string fraction = std::to_string(kNanoseconds + all % kNanoseconds).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  std::string text = (time.count() < 0 ? "-" : "") + std::to_string(all / kNanoseconds);
  if (!fraction.empty()) text += "." + fraction;
  return text + "s";
}

std::string InWords(nanoseconds offset) {
  if (offset == nanoseconds(0)) return "as the machine's";
  const std::string ahead = offset.count() < 0 ? " behind" : " ahead of";
  return Seconds(std::chrono::abs(offset)) + ahead + " the machine's";
}

// By how much the runtime's own clock differs from the machine's: a line such as
// "monotonic         -12  500000000".
nanoseconds OwnOffset(const std::string& name) {
  const auto offsets = slipway::sys::ReadFile("/proc/self/timens_offsets");
  const size_t at = offsets.ok() ? offsets->find(name) : std::string::npos;
  if (at == std::string::npos) return nanoseconds(0);
  char* rest = nullptr;
  const int64_t seconds = std::strtoll(offsets->c_str() + at + name.size(), &rest, 10);
  return nanoseconds(seconds * kNanoseconds + std::strtoll(rest, nullptr, 10));
}

// What the kernel would refuse when the container is half made.
Status CheckNotBefore0(const char* name, clockid_t clock, nanoseconds offset) {
  if (offset.count() >= 0) return Ok();
  timespec now{};
  clock_gettime(clock, &now);
  const nanoseconds machines =
      nanoseconds(now.tv_sec * kNanoseconds + now.tv_nsec) - OwnOffset(name);
  if ((machines + offset).count() >= 0) return Ok();
  return Error("a clock before 0", Seconds(offset),
               "the machine's is at " + Seconds(machines) + ": set it back by that at most")
      .Option(name);
}

class Time final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Time::monotonic_>(
            "monotonic", "How far CLOCK_MONOTONIC is ahead of the machine's; negative: behind",
            kOffset),
        slipway::Option<&Time::boottime_>(
            "boottime",
            "How far CLOCK_BOOTTIME and /proc/uptime are ahead of the machine's; negative: behind",
            kOffset));
  }

  Status Probe(Context&) override {
    if (!slipway::sys::OwnNamespace(CLONE_NEWTIME).ok()) {
      return NotHere(Error("this kernel has no time namespaces"),
                     "use Linux 5.6 or later, with CONFIG_TIME_NS");
    }
    if (const auto most = slipway::sys::ReadFile(kLimit); most.ok() && *most == "0\n") {
      return NotHere(Error("no time namespace can be made", {}, std::string(kLimit) + " is 0"),
                     "have root change that setting, see sysctl(8)");
    }
    RETURN_IF_ERROR(CheckNotBefore0("monotonic", CLOCK_MONOTONIC, monotonic_));
    return CheckNotBefore0("boottime", CLOCK_BOOTTIME, boottime_);
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "time", "a new one"));
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_OTHER, "CLOCK_MONOTONIC", InWords(monotonic_)));
    return description.Add(SLIPWAY_EFFECT_OTHER, "CLOCK_BOOTTIME", InWords(boottime_));
  }

  Status PreClone(Plan& plan) override {
    return plan.SetTimeOffsets(monotonic_.count(), boottime_.count());
  }

 private:
  nanoseconds monotonic_{};
  nanoseconds boottime_{};
};

}  // namespace

SLIPWAY_STAGE(Time, {.name = "time",
                     .summary = "Its own clocks of the time since the machine has started (time "
                                "namespace)",
                     .privileges = SLIPWAY_ROOT_OR_USERNS});
