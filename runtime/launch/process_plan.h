// What the stages of a pipeline want of the command's process, gathered before the clone. Two that
// want the same thing differently are refused by name.

#ifndef SLIPWAY_RUNTIME_LAUNCH_PROCESS_PLAN_H_
#define SLIPWAY_RUNTIME_LAUNCH_PROCESS_PLAN_H_

#include <linux/filter.h>
#include <sched.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/launch/wisher.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

template <typename T>
struct Wish {
  T value{};
  Wisher wisher;
};

template <typename T>
using MaybeWish = std::optional<Wish<T>>;

struct Scheduling {
  uint32_t policy;
  uint32_t priority;
  uint64_t flags;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;

  bool operator==(const Scheduling&) const = default;
};

struct Rlimit {
  uint64_t soft;
  uint64_t hard;

  bool operator==(const Rlimit&) const = default;
};

struct Label {
  std::string file;  // below /proc/thread-self/attr
  std::string text;

  bool operator==(const Label&) const = default;
};

struct Capabilities : slipway_capabilities {
  uint64_t dispensable = 0;

  bool operator==(const Capabilities& other) const;
};

// A program of seccomp(2).
struct Filter {
  std::vector<sock_filter> program;
  uint32_t flags = 0;  // SECCOMP_FILTER_FLAG_*
};

// The meaning of each is in abi_process.h.
struct ProcessPlan {
  MaybeWish<std::string> user;
  MaybeWish<std::vector<std::string>> groups;
  std::map<std::string, Wish<std::optional<std::string>>> environment;  // nullopt: left out
  MaybeWish<std::string> folder;
  MaybeWish<bool> make_folder;
  MaybeWish<uint32_t> umask;
  MaybeWish<Capabilities> capabilities;
  MaybeWish<bool> no_new_privileges;
  std::map<uint32_t, Wish<Rlimit>> rlimits;  // by RLIMIT_*
  MaybeWish<int> oom_score_adj;
  MaybeWish<Scheduling> scheduling;
  MaybeWish<int> nice;
  MaybeWish<uint32_t> io_priority;
  MaybeWish<std::vector<uint64_t>> affinity;
  MaybeWish<uint32_t> personality;
  MaybeWish<Label> label;
  std::vector<Wish<Filter>> filters;  // in pipeline order

  // Adds what a stage wants. Fails when another wants it differently, and when it makes no sense.
  Status Add(const slipway_process& wishes, const Wisher& wisher);

  // Adds a filter: `count` of struct sock_filter. flags: SECCOMP_FILTER_FLAG_*.
  Status AddFilter(const void* instructions, size_t count, uint32_t flags, const Wisher& wisher);

  bool WantsNoNewPrivileges() const { return no_new_privileges && no_new_privileges->value; }
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_PROCESS_PLAN_H_
