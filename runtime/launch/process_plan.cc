#include "runtime/launch/process_plan.h"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <string_view>
#include <utility>

namespace slipway::launch {

bool Capabilities::operator==(const Capabilities& other) const {
  return bounding == other.bounding && permitted == other.permitted &&
         effective == other.effective && inheritable == other.inheritable &&
         ambient == other.ambient && dispensable == other.dispensable;
}

namespace {

constexpr const char* kBug = "a bug of the stage: see abi_process.h";

Error WantedTwice(const std::string& what, const Wisher& first) {
  return Error(what + " is wanted twice, and differently", {},
               "the stage " + first.name + " has set it already");
}

template <typename T>
Status Set(MaybeWish<T>& wish, T value, const Wisher& wisher, const char* what) {
  if (wish && !(wish->value == value)) return WantedTwice(what, wish->wisher);
  if (!wish) wish = Wish<T>{std::move(value), wisher};
  return Ok();
}

template <typename Key, typename T>
Status Set(std::map<Key, Wish<T>>& wishes, const Key& key, T value, const Wisher& wisher,
           const std::string& what) {
  const auto wish = wishes.find(key);
  if (wish == wishes.end()) {
    wishes.emplace(key, Wish<T>{std::move(value), wisher});
    return Ok();
  }
  return wish->second.value == value ? Ok() : WantedTwice(what, wish->second.wisher);
}

Result<std::string> TextOf(const char* text, const char* what) {
  if (text == nullptr || *text == '\0') return Error(std::string(what) + " is empty", {}, kBug);
  return std::string(text);
}

std::vector<std::string> TextsOf(const char* const* texts) {
  std::vector<std::string> all;
  while (texts != nullptr && *texts != nullptr) all.emplace_back(*texts++);
  return all;
}

Status AddEnvironment(ProcessPlan& plan, const char* const* variables, const Wisher& wisher) {
  for (const std::string& variable : TextsOf(variables)) {
    const size_t end = variable.find('=');
    const std::string name = variable.substr(0, end);
    if (name.empty()) return Error("a variable without a name", variable, kBug);
    std::optional<std::string> value;
    if (end != std::string::npos) value = variable.substr(end + 1);
    RETURN_IF_ERROR(Set(plan.environment, name, std::move(value), wisher, "the variable " + name));
  }
  return Ok();
}

Status AddRlimits(ProcessPlan& plan, const slipway_process& wishes, const Wisher& wisher) {
  for (uint32_t i = 0; i < wishes.rlimit_count; ++i) {
    const slipway_rlimit& limit = wishes.rlimits[i];
    if (limit.soft > limit.hard) {
      return Error("a soft limit above the hard one", std::to_string(limit.resource), kBug);
    }
    RETURN_IF_ERROR(Set(plan.rlimits, limit.resource, Rlimit{limit.soft, limit.hard}, wisher,
                        "the limit of resource " + std::to_string(limit.resource)));
  }
  return Ok();
}

// Of whom the command runs as.
Status AddIdentity(ProcessPlan& plan, const slipway_process& wishes, const Wisher& wisher) {
  if (wishes.fields & SLIPWAY_PROCESS_USER) {
    ASSIGN_OR_RETURN(std::string user, TextOf(wishes.user, "the user"));
    RETURN_IF_ERROR(Set(plan.user, std::move(user), wisher, "the command's user"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_GROUPS) {
    RETURN_IF_ERROR(
        Set(plan.groups, TextsOf(wishes.groups), wisher, "the command's supplementary groups"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_CAPABILITIES) {
    RETURN_IF_ERROR(Set(plan.capabilities,
                        Capabilities{wishes.capabilities, wishes.dispensable_capabilities}, wisher,
                        "the command's capabilities"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_NO_NEW_PRIVILEGES) {
    RETURN_IF_ERROR(
        Set(plan.no_new_privileges, wishes.no_new_privileges != 0, wisher, "no_new_privileges"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_LABEL) {
    ASSIGN_OR_RETURN(std::string file, TextOf(wishes.label_file, "the label's file"));
    ASSIGN_OR_RETURN(std::string text, TextOf(wishes.label, "the label"));
    RETURN_IF_ERROR(
        Set(plan.label, Label{std::move(file), std::move(text)}, wisher, "the command's label"));
  }
  return Ok();
}

// Of where and with what it begins.
Status AddSurroundings(ProcessPlan& plan, const slipway_process& wishes, const Wisher& wisher) {
  if (wishes.fields & SLIPWAY_PROCESS_ENVIRONMENT) {
    RETURN_IF_ERROR(AddEnvironment(plan, wishes.environment, wisher));
  }
  if (wishes.fields & SLIPWAY_PROCESS_FOLDER) {
    ASSIGN_OR_RETURN(std::string folder, TextOf(wishes.folder, "the command's folder"));
    if (!folder.starts_with('/')) return Error("the command's folder is relative", folder, kBug);
    RETURN_IF_ERROR(Set(plan.folder, std::move(folder), wisher, "the command's folder"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_MAKE_FOLDER) {
    if ((wishes.fields & SLIPWAY_PROCESS_FOLDER) == 0) {
      return Error("wants a folder to be made, and names none", {}, kBug);
    }
    RETURN_IF_ERROR(Set(plan.make_folder, true, wisher, "whether the command's folder is made"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_UMASK) {
    if (wishes.umask > 0777) return Error("no umask", std::to_string(wishes.umask), kBug);
    RETURN_IF_ERROR(Set(plan.umask, wishes.umask, wisher, "the umask"));
  }
  if (wishes.fields & SLIPWAY_PROCESS_RLIMITS) {
    RETURN_IF_ERROR(AddRlimits(plan, wishes, wisher));
  }
  return Ok();
}

// Of how the kernel treats it.
Status AddTreatment(ProcessPlan& plan, const slipway_process& wishes, const Wisher& wisher) {
  const auto wants = [&](slipway_process_field field) { return (wishes.fields & field) != 0; };
  if (wants(SLIPWAY_PROCESS_OOM_SCORE_ADJ)) {
    RETURN_IF_ERROR(Set(plan.oom_score_adj, wishes.oom_score_adj, wisher, "oom_score_adj"));
  }
  if (wants(SLIPWAY_PROCESS_SCHEDULING)) {
    const Scheduling scheduling{wishes.scheduling_policy, wishes.scheduling_priority,
                                wishes.scheduling_flags,  wishes.runtime,
                                wishes.deadline,          wishes.period};
    RETURN_IF_ERROR(Set(plan.scheduling, scheduling, wisher, "the scheduling policy"));
  }
  if (wants(SLIPWAY_PROCESS_NICE)) {
    RETURN_IF_ERROR(Set(plan.nice, wishes.nice, wisher, "the nice value"));
  }
  if (wants(SLIPWAY_PROCESS_IO_PRIORITY)) {
    RETURN_IF_ERROR(Set(plan.io_priority, wishes.io_priority, wisher, "the I/O priority"));
  }
  if (wants(SLIPWAY_PROCESS_AFFINITY)) {
    std::vector<uint64_t> words;
    if (wishes.affinity) words.assign(wishes.affinity, wishes.affinity + wishes.affinity_words);
    RETURN_IF_ERROR(Set(plan.affinity, std::move(words), wisher, "the processors"));
  }
  if (wants(SLIPWAY_PROCESS_PERSONALITY)) {
    RETURN_IF_ERROR(Set(plan.personality, wishes.personality, wisher, "the personality"));
  }
  return Ok();
}

}  // namespace

Status ProcessPlan::Add(const slipway_process& wishes, const Wisher& wisher) {
  constexpr uint32_t kKnown = 2 * SLIPWAY_PROCESS_MAKE_FOLDER - 1;
  if (wishes.struct_size != sizeof(slipway_process) || (wishes.fields & ~kKnown) != 0) {
    return Error("asked for something unknown of the command's process", {}, kBug);
  }
  RETURN_IF_ERROR(AddIdentity(*this, wishes, wisher));
  RETURN_IF_ERROR(AddSurroundings(*this, wishes, wisher));
  return AddTreatment(*this, wishes, wisher);
}

Status ProcessPlan::AddFilter(const void* instructions, size_t count, uint32_t flags,
                              const Wisher& wisher) {
  constexpr uint32_t kAllowed = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  if (count == 0 || count > BPF_MAXINSNS || (flags & ~kAllowed) != 0) {
    return Error("a filter of system calls that seccomp(2) does not take", {},
                 "a bug of the stage: see add_filter in abi.h");
  }
  const auto* const first = static_cast<const sock_filter*>(instructions);
  filters.push_back({{{first, first + count}, flags}, wisher});
  return Ok();
}

}  // namespace slipway::launch
