#include "runtime/launch/treatment.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::launch {
namespace {

constexpr int kOfProcess = 1;      // IOPRIO_WHO_PROCESS of ioprio_set(2), which has no header
constexpr uint32_t kDeadline = 6;  // SCHED_DEADLINE, which the C library does not have
constexpr const char* kStep = "exec";
constexpr const char* kOwnFolder = "/proc/thread-self/";
constexpr const char* kOomScoreAdj = "/proc/thread-self/oom_score_adj";

// As sched_setattr(2) has it; the C library of Debian 12 has no declaration.
struct SchedulingOrder {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

// Returns errno.
int Write(const sys::Fd& file, const std::string& text) {
  return write(file.get(), text.data(), text.size()) < 0 ? errno : 0;
}

const char* WhyNot(int cause, const char* capability_hint) {
  return cause == EPERM || cause == EACCES ? capability_hint : "";
}

Error CannotSetOomScore(int cause, const Wish<int>& wish) {
  return Wished(Error(cause, "set the command's oom_score_adj to", std::to_string(wish.value),
                      WhyNot(cause, "a lower value than the runtime's own takes CAP_SYS_RESOURCE")),
                wish.wisher);
}

Error CannotLabel(int cause, const Wish<Label>& wish) {
  return Wished(Error(cause, "run the command with the label", wish.value.text,
                      cause == ENOENT || cause == EINVAL
                          ? "this kernel's security module does not know it, or is not there"
                          : ""),
                wish.wisher);
}

// Has the maker of this process set it?
bool HasInherited(const Wish<int>& wish) {
  const auto text = sys::ReadFile(kOomScoreAdj);
  return text.ok() && *text == std::to_string(wish.value) + "\n";
}

// By number; sched(7).
std::string NameOfPolicy(uint32_t policy) {
  constexpr std::string_view kNames[] = {"OTHER", "FIFO", "RR", "BATCH", "4", "IDLE", "DEADLINE"};
  if (policy >= std::size(kNames)) return std::to_string(policy);
  return "SCHED_" + std::string(kNames[policy]);
}

const char* WhyNoPolicy(int cause) {
  if (cause == EBUSY) return "the machine has not so much processor time left to promise";
  return WhyNot(cause,
                "a real-time policy takes CAP_SYS_NICE, or RLIMIT_RTPRIO; in a cgroup of "
                "v1 also cpu.rt_runtime_us");
}

Status SetScheduling(const Wish<Scheduling>& wish) {
  const Scheduling& wanted = wish.value;
  // The call sets both. A nice value that is wanted too comes behind it.
  const int nice = getpriority(PRIO_PROCESS, 0);
  const SchedulingOrder order{.size = sizeof(order),
                              .policy = wanted.policy,
                              .flags = wanted.flags,
                              .nice = nice,
                              .priority = wanted.priority,
                              .runtime = wanted.runtime,
                              .deadline = wanted.deadline,
                              .period = wanted.period};
  if (syscall(SYS_sched_setattr, 0, &order, 0) == 0) return Ok();
  const int cause = errno;
  return Wished(Error(cause, "set the command's scheduling policy to", NameOfPolicy(wanted.policy),
                      WhyNoPolicy(cause)),
                wish.wisher);
}

Status SetNice(const Wish<int>& wish) {
  if (setpriority(PRIO_PROCESS, 0, wish.value) == 0) return Ok();
  const int cause = errno;
  return Wished(Error(cause, "set the command's nice value to", std::to_string(wish.value),
                      WhyNot(cause, "a lower value than the runtime's own takes CAP_SYS_NICE")),
                wish.wisher);
}

Status SetAffinity(const Wish<std::vector<uint64_t>>& wish) {
  if (syscall(SYS_sched_setaffinity, 0, wish.value.size() * sizeof(uint64_t), wish.value.data()) >=
      0) {
    return Ok();
  }
  return Wished(Error(errno, "run the command on the processors that are wanted", {},
                      errno == EINVAL ? "none of them is there, or allowed by its cgroup" : ""),
                wish.wisher);
}

Status SetIoPriority(const Wish<uint32_t>& wish) {
  if (syscall(SYS_ioprio_set, kOfProcess, 0, wish.value) == 0) return Ok();
  const int cause = errno;
  return Wished(Error(cause, "set the command's I/O priority to", std::to_string(wish.value),
                      WhyNot(cause, "the real-time class takes CAP_SYS_NICE or CAP_SYS_ADMIN")),
                wish.wisher);
}

// By number; setrlimit(2).
std::string NameOfLimit(uint32_t resource) {
  constexpr std::string_view kNames[] = {
      "CPU",     "FSIZE", "DATA",  "STACK",      "CORE",     "RSS",  "NPROC",  "NOFILE",
      "MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"};
  if (resource >= std::size(kNames)) return std::to_string(resource);
  return "RLIMIT_" + std::string(kNames[resource]);
}

Status SetRlimit(uint32_t resource, const Wish<Rlimit>& wish) {
  const rlimit64 limit{wish.value.soft, wish.value.hard};
  if (syscall(SYS_prlimit64, 0, resource, &limit, nullptr) == 0) return Ok();
  const int cause = errno;
  const char* hint = WhyNot(cause,
                            "a higher hard limit than the runtime's own takes "
                            "CAP_SYS_RESOURCE");
  return Wished(Error(cause, "set the command's", NameOfLimit(resource), hint), wish.wisher);
}

// What the init takes in any case: its program and the kernel's own pages; and its stack, which
// begins at a random place.
struct Least {
  uint32_t resource;
  uint64_t bytes;
};
constexpr Least kOfInit[] = {{RLIMIT_AS, 256 << 10}, {RLIMIT_STACK, 16 << 10}};

Status SetFilter(const Wish<Filter>& wish) {
  const std::vector<sock_filter>& program = wish.value.program;
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, wish.value.flags, &filter) == 0) return Ok();
  const int cause = errno;
  return Wished(Error(cause, "set the command's filter of system calls", {},
                      cause == EACCES ? "it takes no_new_privs, or CAP_SYS_ADMIN" : ""),
                wish.wisher);
}

}  // namespace

Error Wished(Error error, const Wisher& wisher) {
  error.In(wisher.name, kStep);
  if (!wisher.where.empty()) error.At(wisher.where);
  return error;
}

Result<OwnFiles> OpenOwnFiles(const ProcessPlan& plan) {
  OwnFiles files;
  if (plan.oom_score_adj) {
    files.oom_score_adj = sys::Fd(open(kOomScoreAdj, O_WRONLY | O_CLOEXEC));
    const int cause = files.oom_score_adj.valid() ? 0 : errno;
    if (cause != 0 && !HasInherited(*plan.oom_score_adj)) {
      return CannotSetOomScore(cause, *plan.oom_score_adj);
    }
  }
  if (plan.label) {
    const std::string path = std::string(kOwnFolder) + "attr/" + plan.label->value.file;
    files.label = sys::Fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!files.label.valid()) return CannotLabel(errno, *plan.label);
  }
  return files;
}

void SetOomScoreOfChild(const ProcessPlan& plan) {
  if (!plan.oom_score_adj) return;
  const sys::Fd file(open(kOomScoreAdj, O_WRONLY | O_CLOEXEC));
  (void)Write(file, std::to_string(plan.oom_score_adj->value));
}

Status CheckForks(const ProcessPlan& plan, bool forks) {
  if (!forks || !plan.scheduling || plan.scheduling->value.policy != kDeadline) return Ok();
  return Wished(Error("the command cannot have the policy SCHED_DEADLINE below an init", {},
                      "the init has it too, and no such process can start another; sched(7)"),
                plan.scheduling->wisher);
}

Status CheckEachLimit(const ProcessPlan& plan) {
  for (const auto& [resource, bytes] : kOfInit) {
    const auto limit = plan.rlimits.find(resource);
    if (limit == plan.rlimits.end() || limit->second.value.soft >= bytes) continue;
    return Wished(Error("the container's init, which starts the command, cannot run with " +
                            NameOfLimit(resource),
                        std::to_string(limit->second.value.soft),
                        "it holds for the init too: write at least " + std::to_string(bytes >> 10) +
                            "KiB, and what the command takes"),
                  limit->second.wisher);
  }
  return Ok();
}

Status SetTreatment(const ProcessPlan& plan, const OwnFiles& files) {
  if (files.oom_score_adj.valid()) {
    const Wish<int>& wish = *plan.oom_score_adj;
    const int cause = Write(files.oom_score_adj, std::to_string(wish.value));
    if (cause != 0) return CannotSetOomScore(cause, wish);
  }
  if (plan.scheduling) RETURN_IF_ERROR(SetScheduling(*plan.scheduling));
  if (plan.nice) RETURN_IF_ERROR(SetNice(*plan.nice));
  if (plan.affinity) RETURN_IF_ERROR(SetAffinity(*plan.affinity));
  if (plan.io_priority) RETURN_IF_ERROR(SetIoPriority(*plan.io_priority));
  if (plan.personality && personality(plan.personality->value) < 0) {
    return Wished(
        Error(errno, "set the command's personality to", std::to_string(plan.personality->value)),
        plan.personality->wisher);
  }
  return Ok();
}

Status SetLimits(const ProcessPlan& plan) {
  if (plan.umask) umask(plan.umask->value);
  for (const auto& [resource, wish] : plan.rlimits) RETURN_IF_ERROR(SetRlimit(resource, wish));
  return Ok();
}

Status SetNoNewPrivileges(const ProcessPlan& plan) {
  if (!plan.WantsNoNewPrivileges() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return Ok();
  return Wished(Error(errno, "set no_new_privs"), plan.no_new_privileges->wisher);
}

Status SetLabel(const ProcessPlan& plan, const OwnFiles& files) {
  if (!plan.label) return Ok();
  const int cause = Write(files.label, plan.label->value.text);
  return cause == 0 ? Ok() : Status(CannotLabel(cause, *plan.label));
}

Status SetFilters(const ProcessPlan& plan) {
  for (const Wish<Filter>& wish : plan.filters) RETURN_IF_ERROR(SetFilter(wish));
  return Ok();
}

}  // namespace slipway::launch
