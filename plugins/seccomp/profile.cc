#include "plugins/seccomp/profile.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "plugins/seccomp/calls.h"
#include "plugins/seccomp/rule_text.h"
#include "runtime/sys/json.h"

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Json;

constexpr uint64_t kMostData = 0xffff;  // SECCOMP_RET_DATA

Error Wrong(const Json& at, std::string_view what, std::string_view subject,
            std::string_view right = {}) {
  const std::string where = std::to_string(at.line()) + ":" + std::to_string(at.column());
  return Error(what, subject, where + std::string(right.empty() ? "" : "; ").append(right));
}

// What reads one member of an object.
using Members = std::vector<std::pair<std::string_view, std::function<Status(const Json&)>>>;

// A member that nobody reads may ask for something, so it is an error.
Status ReadObject(const Json& json, std::string_view what, const Members& members) {
  if (!json.IsObject()) return Wrong(json, "not an object", what);
  for (const auto& [name, value] : json.members()) {
    const std::string_view wanted = name;
    const auto member = std::find_if(members.begin(), members.end(),
                                     [&](const auto& one) { return one.first == wanted; });
    if (member == members.end()) {
      return Wrong(value, "unknown member of " + std::string(what), name);
    }
    if (value.type() != Json::Type::kNull) RETURN_IF_ERROR(member->second(value));
  }
  return Ok();
}

Status ForEach(const Json& json, const std::function<Status(const Json&)>& read) {
  if (!json.IsArray()) return Wrong(json, "not an array", {});
  for (const Json& item : json.items()) RETURN_IF_ERROR(read(item));
  return Ok();
}

Status ReadText(const Json& json, std::string& text) {
  if (!json.IsString()) return Wrong(json, "not a text", {});
  text = json.text();
  return Ok();
}

Status ReadTexts(const Json& json, std::vector<std::string>& texts) {
  return ForEach(json, [&](const Json& item) { return ReadText(item, texts.emplace_back()); });
}

Status ReadNumber(const Json& json, uint64_t most, uint64_t& number) {
  const auto given = json.Unsigned();
  if (!given || *given > most) {
    return Wrong(json, "not a whole number up to " + std::to_string(most), {});
  }
  number = *given;
  return Ok();
}

std::function<Status(const Json&)> Into(std::string& text) {
  return [&text](const Json& json) { return ReadText(json, text); };
}
std::function<Status(const Json&)> Into(std::vector<std::string>& texts) {
  return [&texts](const Json& json) { return ReadTexts(json, texts); };
}
std::function<Status(const Json&)> Into(uint64_t& number, uint64_t most) {
  return [&number, most](const Json& json) { return ReadNumber(json, most, number); };
}

constexpr std::pair<std::string_view, uint32_t> kActions[] = {
    {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
    {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO},
    {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
    {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
    {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
    {"SCMP_ACT_LOG", SECCOMP_RET_LOG},
    {"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF},
    {"SCMP_ACT_TRACE", SECCOMP_RET_TRACE},
    {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
};

// What becomes of a call, with the number that an error or a tracer gets.
struct Act {
  uint32_t action = SECCOMP_RET_KILL_THREAD;
  uint64_t data = EPERM;
  bool is_given = false;

  uint32_t value() const {
    const bool has_data = action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE;
    return action | (has_data ? static_cast<uint32_t>(data) : 0);
  }
};

Status ReadAction(const Json& json, Act& act) {
  const auto* const found = std::find_if(std::begin(kActions), std::end(kActions),
                                         [&](const auto& one) { return one.first == json.text(); });
  if (!json.IsString() || found == std::end(kActions)) {
    return Wrong(json, "unknown action", json.text(), "such as SCMP_ACT_ALLOW or SCMP_ACT_ERRNO");
  }
  act.action = found->second;
  act.is_given = true;
  return Ok();
}

// "EPERM", as podman writes it beside the number.
Status ReadErrnoName(const Json& json, uint64_t& data) {
  const auto cause = ReadErrno(json.text());
  if (!cause) return Wrong(json, "not an error of errno(3)", json.text());
  data = *cause;
  return Ok();
}

std::function<Status(const Json&)> NameInto(uint64_t& data) {
  return [&data](const Json& json) { return ReadErrnoName(json, data); };
}

struct Comparison {
  uint64_t index = 0;
  uint64_t value = 0;
  uint64_t value_two = 0;
  std::string op;
};

Status AddCondition(const Json& json, std::vector<Condition>& conditions) {
  Comparison given;
  RETURN_IF_ERROR(ReadObject(json, "an argument",
                             {{"index", Into(given.index, 5)},
                              {"value", Into(given.value, ~uint64_t{0})},
                              {"valueTwo", Into(given.value_two, ~uint64_t{0})},
                              {"op", Into(given.op)}}));
  constexpr std::pair<std::string_view, Op> kOps[] = {
      {"SCMP_CMP_EQ", Op::kEqual},        {"SCMP_CMP_NE", Op::kNotEqual},
      {"SCMP_CMP_LT", Op::kLess},         {"SCMP_CMP_LE", Op::kLessOrEqual},
      {"SCMP_CMP_GT", Op::kGreater},      {"SCMP_CMP_GE", Op::kGreaterOrEqual},
      {"SCMP_CMP_MASKED_EQ", Op::kEqual},
  };
  for (const auto& [name, op] : kOps) {
    if (name != given.op) continue;
    Condition condition{static_cast<uint32_t>(given.index), op, given.value};
    if (name == "SCMP_CMP_MASKED_EQ") {
      condition.mask = given.value;
      condition.value = given.value_two;
    }
    conditions.push_back(condition);
    return Ok();
  }
  return Wrong(json, "unknown comparison", given.op, "such as SCMP_CMP_EQ or SCMP_CMP_MASKED_EQ");
}

// Docker's `includes` and `excludes`.
struct When {
  std::vector<std::string> caps;
  std::vector<std::string> arches;
  std::string min_kernel;
};

Status ReadWhen(const Json& json, When& when) {
  return ReadObject(json, "a condition",
                    {{"caps", Into(when.caps)},
                     {"arches", Into(when.arches)},
                     {"minKernel", Into(when.min_kernel)}});
}

class ProfileReader {
 public:
  explicit ProfileReader(const Surroundings& surroundings) : surroundings_(surroundings) {
    profile_.in_use.assign(KindCount(), false);
    profile_.in_use[0] = true;
  }

  Result<Profile> Read(const Json& json) {
    Act otherwise;
    const Json* syscalls = nullptr;
    RETURN_IF_ERROR(ReadObject(
        json, "the profile",
        {{"defaultAction", [&](const Json& at) { return ReadAction(at, otherwise); }},
         {"defaultErrnoRet", Into(otherwise.data, kMostData)},
         {"defaultErrno", NameInto(otherwise.data)},
         {"architectures",
          [&](const Json& at) { return ForEach(at, [&](const Json& one) { return Use(one); }); }},
         {"archMap",
          [&](const Json& at) {
            return ForEach(at, [&](const Json& one) { return UseMap(one); });
          }},
         {"flags",
          [&](const Json& at) {
            return ForEach(at, [&](const Json& one) { return AddFlag(one); });
          }},
         {"listenerPath", Into(profile_.listener_path)},
         {"listenerMetadata", Into(profile_.listener_metadata)},
         {"syscalls", [&](const Json& at) {
            syscalls = &at;
            return Ok();
          }}}));
    if (!otherwise.is_given) return Wrong(json, "no defaultAction", {});
    const bool is_error = otherwise.action == SECCOMP_RET_ERRNO;
    profile_.policy.otherwise = otherwise.value();
    profile_.policy.unknown = is_error ? SECCOMP_RET_ERRNO | ENOSYS : otherwise.value();
    profile_.policy.newer_is_unknown = is_error;
    if (syscalls != nullptr) {
      RETURN_IF_ERROR(ForEach(*syscalls, [&](const Json& at) { return AddRules(at); }));
    }
    return std::move(profile_);
  }

 private:
  // One that this machine does not have makes no difference.
  Status Use(const Json& json) {
    std::string name;
    RETURN_IF_ERROR(ReadText(json, name));
    if (!name.starts_with("SCMP_ARCH_")) {
      return Wrong(json, "unknown architecture", name, "such as SCMP_ARCH_X86_64");
    }
    for (size_t i = 0; i < KindCount(); ++i) {
      if (name == KindAt(i).oci) profile_.in_use[i] = true;
    }
    return Ok();
  }

  Status UseMap(const Json& json) {
    std::string name;
    const Json* others = nullptr;
    RETURN_IF_ERROR(
        ReadObject(json, "an architecture",
                   {{"architecture", Into(name)}, {"subArchitectures", [&](const Json& at) {
                                                     others = &at;
                                                     return Ok();
                                                   }}}));
    if (name != KindAt(0).oci || others == nullptr) return Ok();
    return ForEach(*others, [&](const Json& one) { return Use(one); });
  }

  Status AddFlag(const Json& json) {
    // TSYNC is about the other threads of whoever sets the filter: there are none.
    if (json.text() == "SECCOMP_FILTER_FLAG_TSYNC") return Ok();
    if (json.text() == "SECCOMP_FILTER_FLAG_LOG") {
      profile_.flags |= SECCOMP_FILTER_FLAG_LOG;
    } else if (json.text() == "SECCOMP_FILTER_FLAG_SPEC_ALLOW") {
      profile_.flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    } else {
      return Wrong(json, "unknown flag", json.text(),
                   "SECCOMP_FILTER_FLAG_LOG, _SPEC_ALLOW or _TSYNC");
    }
    return Ok();
  }

  Status AddRules(const Json& json) {
    std::vector<std::string> names;
    std::string name;
    std::string comment;
    Act act;
    std::vector<Condition> conditions;
    When includes;
    When excludes;
    uint64_t priority = 0;
    RETURN_IF_ERROR(ReadObject(
        json, "a rule",
        {{"names", Into(names)},
         {"name", Into(name)},
         {"comment", Into(comment)},
         {"priority", Into(priority, ~uint64_t{0})},
         {"action", [&](const Json& at) { return ReadAction(at, act); }},
         {"errnoRet", Into(act.data, kMostData)},
         {"errno", NameInto(act.data)},
         {"args",
          [&](const Json& at) {
            return ForEach(at, [&](const Json& one) { return AddCondition(one, conditions); });
          }},
         {"includes", [&](const Json& at) { return ReadWhen(at, includes); }},
         {"excludes", [&](const Json& at) { return ReadWhen(at, excludes); }}}));
    if (!name.empty()) names.push_back(name);
    if (names.empty()) return Wrong(json, "a rule without names", {});
    if (!act.is_given) return Wrong(json, "a rule without action", names.front());
    ASSIGN_OR_RETURN(const bool holds, Holds(json, includes, excludes));
    if (!holds) return Ok();
    for (const std::string& call : names) AddRule(call, {conditions, act.value()});
    return Ok();
  }

  // Of several without conditions the first one counts, as with libseccomp: podman's profile has it
  // so.
  void AddRule(const std::string& call, const Rule& rule) {
    if (!IsKnown(call)) {
      profile_.unknown.push_back(call);
    } else if (!rule.conditions.empty() || decided_.insert(call).second) {
      profile_.policy.Add(call, rule);
    }
  }

  // As docker reads them: all capabilities of `includes`, none of `excludes`.
  Result<bool> Holds(const Json& json, const When& includes, const When& excludes) const {
    for (const When* when : {&includes, &excludes}) {
      const bool wanted = when == &includes;
      for (const std::string& name : when->caps) {
        const auto bit = ReadCapability(name);
        // One that this build does not know nobody has.
        if ((bit && (surroundings_.capabilities & *bit) != 0) != wanted) return false;
      }
      const auto& arches = when->arches;
      const bool is_here =
          std::find(arches.begin(), arches.end(), KindAt(0).docker) != arches.end();
      if (!arches.empty() && is_here != wanted) return false;
      if (when->min_kernel.empty()) continue;
      unsigned major = 0;
      unsigned minor = 0;
      if (std::sscanf(when->min_kernel.c_str(), "%u.%u", &major, &minor) != 2) {
        return Wrong(json, "not a version of Linux", when->min_kernel, "such as 4.8");
      }
      const bool is_new = std::pair(surroundings_.kernel_major, surroundings_.kernel_minor) >=
                          std::pair(major, minor);
      if (is_new != wanted) return false;
    }
    return true;
  }

  const Surroundings& surroundings_;
  Profile profile_;
  std::set<std::string> decided_;  // calls with a rule without conditions
};

}  // namespace

Result<Profile> ReadProfile(std::string_view text, std::string_view name,
                            const Surroundings& surroundings) {
  ASSIGN_OR_RETURN(const Json json, slipway::sys::ParseJson(text, name));
  auto profile = ProfileReader(surroundings).Read(json);
  if (profile.ok()) return profile;
  const std::string place = profile.error()->hint;
  return profile.error().Hint(std::string(name) + ":" + place);
}

std::vector<Architecture> ArchitecturesOf(const Profile& profile) {
  std::vector<Architecture> all = AllArchitectures();
  for (size_t i = 0; i < all.size(); ++i) all[i].in_use = profile.in_use[i];
  return all;
}

}  // namespace seccomp
