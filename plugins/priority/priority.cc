// How much of the processors, of the disks and of the OOM killer's mercy the command gets beside
// others: sched(7), ioprio_set(2), proc(5). The host sets it in its last steps.

#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/priority/rights.h"
#include "plugins/priority/scheduling.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"
#include "runtime/sys/id_list.h"

namespace {

using slipway::Child;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
namespace priority = slipway::priority;
namespace sys = slipway::sys;

constexpr int64_t kMaxList = 4095;
constexpr uint32_t kWord = 64;  // of slipway_process.affinity

// A bit for each CPU.
std::vector<uint64_t> Mask(const std::vector<sys::IdRange>& ranges) {
  std::vector<uint64_t> words;
  for (const sys::IdRange& range : ranges) {
    if (words.size() <= range.last / kWord) words.resize(range.last / kWord + 1);
    for (uint32_t id = range.first; id <= range.last; ++id) {
      words[id / kWord] |= uint64_t{1} << id % kWord;
    }
  }
  return words;
}

// The kernel takes a list in which one of them is there, and keeps silent about the others.
Status CheckCpusAreThere(const std::string& list) {
  const Result<std::string> text = sys::ReadFile("/sys/devices/system/cpu/online");
  if (!text.ok()) return Ok();
  const std::string there = (*text).substr(0, (*text).find('\n'));
  const std::optional<uint32_t> missing = sys::FirstMissingId(list, there);
  if (!missing) return Ok();
  return NotHere(Error("this machine has no CPU", std::to_string(*missing), "there are " + there)
                     .Option("affinity"));
}

// PR_SCHED_CORE of prctl(2) and admin-guide/hw-vuln/core-scheduling.rst: only processes with one
// cookie run at once on the threads of a core.
Status CheckCoreScheduling() {
  uint64_t cookie = 0;
  if (prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, PR_SCHED_CORE_SCOPE_THREAD, &cookie) == 0) {
    return Ok();
  }
  const int cause = errno;
  const bool no_threads = cause == ENODEV;
  Error error(cause, "use core scheduling", {},
              no_threads        ? "no core of this machine runs two threads at once"
              : cause == EINVAL ? "this kernel has none"
                                : "");
  return NotHere(std::move(error.Option("core_scheduling")),
                 no_threads ? "leave it out: there is nothing to keep apart"
                            : "a kernel with CONFIG_SCHED_CORE, Linux 5.14");
}

// first: a process of the container that has a cookie; 0: there is none yet.
Status ShareCore(pid_t first) {
  const int result =
      first == 0
          ? prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0, PR_SCHED_CORE_SCOPE_THREAD_GROUP, 0)
          : prctl(PR_SCHED_CORE, PR_SCHED_CORE_SHARE_FROM, first, PR_SCHED_CORE_SCOPE_THREAD, 0);
  if (result == 0) return Ok();
  return Error(errno, "keep the container's cores to itself").Option("core_scheduling");
}

class Priority final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Priority::nice_>(
            "nice", "How willingly the command leaves the processors to others; see nice(2)",
            {.minimum = -20, .maximum = 19}),
        Option<&Priority::scheduling_>("scheduling", "How the kernel shares the processors out"),
        Option<&Priority::affinity_>(
            "affinity", "CPUs that it runs on, such as 0-3,7; it may choose others itself",
            {.minimum = 1, .maximum = kMaxList}),
        Option<&Priority::ioprio_>("ioprio", "How an I/O scheduler shares the disks out"),
        Option<&Priority::oom_score_adj_>(
            "oom_score_adj",
            "How early the OOM killer takes it: from never (-1000) to first (1000)",
            {.minimum = -1000, .maximum = 1000}),
        Option<&Priority::core_scheduling_>(
            "core_scheduling",
            "Whether no other process runs on a core, on its further threads, at the same time",
            {.fallback = "false"}));
  }

  Status Create(Context&) override {
    if (scheduling_) RETURN_IF_ERROR(priority::CheckScheduling(*scheduling_));
    if (ioprio_) RETURN_IF_ERROR(priority::CheckIoPriority(*ioprio_));
    if (!affinity_) return Ok();
    Result<std::vector<sys::IdRange>> list = sys::ParseIdList(*affinity_);
    if (!list.ok()) return list.error().Option("affinity");
    if (!scheduling_ || !scheduling_->IsDeadline()) return Ok();
    return Error("an affinity with the policy", "deadline",
                 "such a process runs on all CPUs: leave one of both out")
        .Option("affinity");
  }

  Status Probe(Context&) override {
    if (nice_) RETURN_IF_ERROR(priority::MayHaveNice(*nice_));
    if (scheduling_) RETURN_IF_ERROR(priority::MayHavePolicy(*scheduling_));
    if (affinity_) RETURN_IF_ERROR(CheckCpusAreThere(*affinity_));
    if (ioprio_) RETURN_IF_ERROR(priority::MayHaveIoPriority(*ioprio_));
    if (core_scheduling_) RETURN_IF_ERROR(CheckCoreScheduling());
    return oom_score_adj_ ? priority::MayHaveOomScoreAdj(*oom_score_adj_) : Ok();
  }

  Status Describe(Description& description) override {
    std::vector<std::pair<const char*, std::string>> all;
    if (nice_) all.emplace_back("nice", std::to_string(*nice_));
    if (scheduling_) all.emplace_back("scheduling", priority::Words(*scheduling_));
    if (affinity_) all.emplace_back("affinity", "CPUs " + *affinity_);
    if (ioprio_) all.emplace_back("ioprio", priority::Words(*ioprio_));
    if (oom_score_adj_) all.emplace_back("oom_score_adj", std::to_string(*oom_score_adj_));
    if (core_scheduling_) all.emplace_back("core_scheduling", "a core runs nothing else meanwhile");
    for (const auto& [name, how] : all) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_PROCESS, name, how));
    }
    return Ok();
  }

  Status PreClone(Plan& plan) override {
    if (plan.operation() == SLIPWAY_EXEC) first_process_ = plan.FirstProcess();
    slipway_process wishes{};
    if (nice_) {
      wishes.fields |= SLIPWAY_PROCESS_NICE;
      wishes.nice = static_cast<int32_t>(*nice_);
    }
    if (oom_score_adj_) {
      wishes.fields |= SLIPWAY_PROCESS_OOM_SCORE_ADJ;
      wishes.oom_score_adj = static_cast<int32_t>(*oom_score_adj_);
    }
    if (ioprio_) {
      wishes.fields |= SLIPWAY_PROCESS_IO_PRIORITY;
      wishes.io_priority = priority::NumberOf(*ioprio_);
    }
    // A process with a deadline cannot fork, so that it is the container's first one alone:
    // sched(7). A further one is forked by slipway-init.
    const bool joins = plan.operation() == SLIPWAY_EXEC;
    if (scheduling_ && !(joins && scheduling_->IsDeadline())) AddScheduling(wishes);
    std::vector<uint64_t> mask;
    if (affinity_) {
      ASSIGN_OR_RETURN(const std::vector<sys::IdRange> list, sys::ParseIdList(*affinity_));
      mask = Mask(list);
      wishes.fields |= SLIPWAY_PROCESS_AFFINITY;
      wishes.affinity = mask.data();
      wishes.affinity_words = static_cast<uint32_t>(mask.size());
    }
    return plan.SetProcess(wishes);
  }

  Status InChild(Child&) override { return core_scheduling_ ? ShareCore(first_process_) : Ok(); }

 private:
  void AddScheduling(slipway_process& wishes) const {
    const auto count = [](const std::optional<priority::Scheduling::Time>& time) {
      return time ? static_cast<uint64_t>(time->count()) : 0;
    };
    wishes.fields |= SLIPWAY_PROCESS_SCHEDULING;
    wishes.scheduling_policy = priority::NumberOf(scheduling_->policy);
    wishes.scheduling_priority = static_cast<uint32_t>(scheduling_->priority.value_or(0));
    wishes.runtime = count(scheduling_->runtime);
    wishes.deadline = count(scheduling_->deadline);
    wishes.period = count(scheduling_->period);
  }

  std::optional<int64_t> nice_;
  std::optional<priority::Scheduling> scheduling_;
  std::optional<std::string> affinity_;
  std::optional<priority::IoPriority> ioprio_;
  std::optional<int64_t> oom_score_adj_;
  bool core_scheduling_ = false;
  pid_t first_process_ = 0;  // of a container that is joined
};

}  // namespace

SLIPWAY_STAGE(Priority, {.name = "priority",
                         .summary = "Share of the processors and disks: nice value, scheduling, "
                                    "CPUs, I/O priority, OOM killer",
                         .joins = SLIPWAY_JOIN_PRE_CLONE | SLIPWAY_JOIN_IN_CHILD});
