// Resource limits of the command's process, and of all that it starts: getrlimit(2). The host sets
// them in its last steps.

#include <linux/capability.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace {

using slipway::Bytes;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;
namespace sys = slipway::sys;

enum class Unit { kNone, kSeconds, kMicroseconds };

constexpr const char* NameOf(Unit unit) {
  if (unit == Unit::kNone) return nullptr;
  return unit == Unit::kSeconds ? "s" : "us";
}

// One resource's. T: int64_t or Bytes.
template <typename T, int64_t kLeast = 0, int64_t kMost = slipway::kMax, Unit kUnit = Unit::kNone>
struct Limit {
  static constexpr const char* kTextForm = "soft:hard";
  static constexpr auto Options() {
    slipway::OptionRules soft{
        .required = true, .unit = NameOf(kUnit), .minimum = kLeast, .or_max = true};
    if (kMost != slipway::kMax) soft.maximum = kMost;
    slipway::OptionRules hard = soft;
    hard.required = false;
    return slipway::OptionTable(
        slipway::Option<&Limit::soft>("soft", "What the kernel holds the process to", soft),
        slipway::Option<&Limit::hard>(
            "hard", "What the process may raise the soft limit to; that itself if absent", hard));
  }

  T soft{};
  std::optional<T> hard;
};

using Count = Limit<int64_t>;
using Size = Limit<Bytes>;
// The kernel takes 0 for 1.
using Seconds = Limit<int64_t, 1, slipway::kMax, Unit::kSeconds>;
using Microseconds = Limit<int64_t, 0, slipway::kMax, Unit::kMicroseconds>;
using NiceCeiling = Limit<int64_t, 0, 40>;        // 20 minus the nice value
using RtPriorityCeiling = Limit<int64_t, 0, 99>;  // of sched(7)

uint64_t Number(int64_t number) {
  return number == slipway::kMax ? RLIM64_INFINITY : static_cast<uint64_t>(number);
}
uint64_t Number(Bytes bytes) { return Number(bytes.count); }

std::string Text(uint64_t number) {
  return number == RLIM64_INFINITY ? "max" : std::to_string(number);
}

// A limit that the pipeline has.
struct Wanted {
  const char* name;  // of the option
  slipway_rlimit limit;
  bool has_hard;

  std::string OptionOfHard() const { return std::string(name) + (has_hard ? ".hard" : ".soft"); }
};

template <typename L>
void AddTo(std::vector<Wanted>& all, const char* name, uint32_t resource,
           const std::optional<L>& limit) {
  if (!limit) return;
  const uint64_t soft = Number(limit->soft);
  const uint64_t hard = limit->hard ? Number(*limit->hard) : soft;
  all.push_back({name, {resource, 0, soft, hard}, limit->hard.has_value()});
}

Error TooHigh(const Wanted& wanted, const std::string& above, const std::string& why,
              uint64_t ceiling) {
  return NotHere(Error("a hard limit above " + above, Text(wanted.limit.hard), why)
                     .Option(wanted.OptionOfHard()),
                 "write at most " + Text(ceiling));
}

// Not even root may go above it; proc(5).
Status CheckOpenFiles(const Wanted& wanted) {
  const auto text = sys::ReadFile("/proc/sys/fs/nr_open");
  uint64_t ceiling = 0;
  if (!text.ok()) return Ok();
  if (std::from_chars(text->data(), text->data() + text->size(), ceiling).ec != std::errc()) {
    return Ok();
  }
  if (wanted.limit.hard <= ceiling) return Ok();
  return TooHigh(wanted, "the machine's for open files",
                 "the sysctl fs.nr_open is " + Text(ceiling), ceiling);
}

// The kernel asks for the capability in the machine's own user namespace, whatever a process is
// allowed in another.
Status CheckRaise(const Wanted& wanted) {
  rlimit64 own{};
  const auto resource = static_cast<__rlimit_resource>(wanted.limit.resource);
  if (getrlimit64(resource, &own) != 0 || wanted.limit.hard <= own.rlim_max) return Ok();
  if (sys::HasCapability(CAP_SYS_RESOURCE) && sys::IsInFirstUserNamespace()) return Ok();
  return TooHigh(wanted, "the caller's own",
                 "the caller's is " + Text(own.rlim_max) +
                     ", and to raise it takes CAP_SYS_RESOURCE on the machine",
                 own.rlim_max);
}

class Rlimits final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Rlimits::core_>("core", "Largest core file; 0 for none"),
        Option<&Rlimits::cpu_>("cpu", "CPU time of each process, then SIGXCPU"),
        Option<&Rlimits::fsize_>("fsize", "Largest file that is written, then SIGXFSZ"),
        Option<&Rlimits::data_>("data", "Data, heap and private writable memory of each process"),
        Option<&Rlimits::stack_>("stack", "Largest stack of the main thread"),
        Option<&Rlimits::nofile_>("nofile", "Open descriptors of each process"),
        Option<&Rlimits::nproc_>("nproc",
                                 "Threads of the command's user, all over the machine; see below"),
        Option<&Rlimits::as_>("as", "Address space of each process"),
        Option<&Rlimits::memlock_>("memlock", "Locked memory"),
        Option<&Rlimits::rss_>("rss", "Resident memory; has no effect since Linux 2.4.30"),
        Option<&Rlimits::locks_>("locks", "File locks; has no effect since Linux 2.4.25"),
        Option<&Rlimits::sigpending_>("sigpending", "Queued signals of the command's user"),
        Option<&Rlimits::msgqueue_>("msgqueue", "POSIX message queues of the command's user"),
        Option<&Rlimits::nice_>("nice",
                                "How far the nice value may be lowered: to 20 minus this number"),
        Option<&Rlimits::rtprio_>("rtprio", "Highest real-time priority that may be asked for"),
        Option<&Rlimits::rttime_>("rttime",
                                  "CPU time of a real-time thread without a wait, then SIGXCPU"));
  }

  Status Create(Context&) override {
    for (const Wanted& wanted : All()) {
      const auto& [resource, reserved, soft, hard] = wanted.limit;
      if (soft <= hard) continue;
      return Error("a soft limit above the hard one", Text(soft),
                   "write at most " + Text(hard) + ", the hard limit")
          .Option(std::string(wanted.name) + ".soft");
    }
    return Ok();
  }

  Status Probe(Context&) override {
    for (const Wanted& wanted : All()) {
      if (wanted.limit.resource == RLIMIT_NOFILE) RETURN_IF_ERROR(CheckOpenFiles(wanted));
      RETURN_IF_ERROR(CheckRaise(wanted));
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    for (const Wanted& wanted : All()) {
      RETURN_IF_ERROR(
          description.Add(SLIPWAY_EFFECT_LIMIT, wanted.name,
                          "soft " + Text(wanted.limit.soft) + ", hard " + Text(wanted.limit.hard)));
    }
    return Ok();
  }

  Status PreClone(Plan& plan) override {
    std::vector<slipway_rlimit> limits;
    for (const Wanted& wanted : All()) limits.push_back(wanted.limit);
    slipway_process wishes{};
    wishes.fields = SLIPWAY_PROCESS_RLIMITS;
    wishes.rlimits = limits.data();
    wishes.rlimit_count = static_cast<uint32_t>(limits.size());
    return plan.SetProcess(wishes);
  }

 private:
  // Those that the pipeline has.
  std::vector<Wanted> All() const {
    std::vector<Wanted> all;
    AddTo(all, "core", RLIMIT_CORE, core_);
    AddTo(all, "cpu", RLIMIT_CPU, cpu_);
    AddTo(all, "fsize", RLIMIT_FSIZE, fsize_);
    AddTo(all, "data", RLIMIT_DATA, data_);
    AddTo(all, "stack", RLIMIT_STACK, stack_);
    AddTo(all, "nofile", RLIMIT_NOFILE, nofile_);
    AddTo(all, "nproc", RLIMIT_NPROC, nproc_);
    AddTo(all, "as", RLIMIT_AS, as_);
    AddTo(all, "memlock", RLIMIT_MEMLOCK, memlock_);
    AddTo(all, "rss", RLIMIT_RSS, rss_);
    AddTo(all, "locks", RLIMIT_LOCKS, locks_);
    AddTo(all, "sigpending", RLIMIT_SIGPENDING, sigpending_);
    AddTo(all, "msgqueue", RLIMIT_MSGQUEUE, msgqueue_);
    AddTo(all, "nice", RLIMIT_NICE, nice_);
    AddTo(all, "rtprio", RLIMIT_RTPRIO, rtprio_);
    AddTo(all, "rttime", RLIMIT_RTTIME, rttime_);
    return all;
  }

  std::optional<Size> core_;
  std::optional<Seconds> cpu_;
  std::optional<Size> fsize_;
  std::optional<Size> data_;
  std::optional<Size> stack_;
  std::optional<Count> nofile_;
  std::optional<Count> nproc_;
  std::optional<Size> as_;
  std::optional<Size> memlock_;
  std::optional<Size> rss_;
  std::optional<Count> locks_;
  std::optional<Count> sigpending_;
  std::optional<Size> msgqueue_;
  std::optional<NiceCeiling> nice_;
  std::optional<RtPriorityCeiling> rtprio_;
  std::optional<Microseconds> rttime_;
};

}  // namespace

SLIPWAY_STAGE(Rlimits, {.name = "rlimits",
                        .summary = "Resource limits of each process, such as open files",
                        .joins = SLIPWAY_JOIN_PRE_CLONE});
