#include "plugins/seccomp/policy.h"

#include <linux/seccomp.h>

#include <cerrno>
#include <utility>

#include "plugins/seccomp/calls.h"
#include "plugins/seccomp/rule_text.h"

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;

Result<Call> ReadKnown(const std::string& text) {
  ASSIGN_OR_RETURN(Call call, ReadCall(text));
  if (IsKnown(call.name)) return call;
  const std::string nearest = NearestCall(call.name);
  return Error(
      "unknown system call", call.name,
      nearest.empty() ? "write a name of syscalls(2)" : "did you mean \"" + nearest + "\"?");
}

// Adds it, unless another option has said what always becomes of the call.
Status AddOwn(const std::string& text, uint32_t action, const std::string& option, Policy& own,
              std::map<std::string, std::string>& decided) {
  auto call = ReadKnown(text);
  if (!call.ok()) return call.error().Option(option);
  if (call->conditions.empty()) {
    const auto [other, is_new] = decided.try_emplace(call->name, option);
    if (!is_new) {
      return Error("named twice", call->name, other->second + " says already what becomes of it")
          .Option(option);
    }
  }
  own.Add(call->name, {std::move(call->conditions), action});
  return Ok();
}

Result<Policy> ReadOwn(const Wishes& wishes) {
  Policy own;
  std::map<std::string, std::string> decided;
  for (const List& list : wishes.lists) {
    for (size_t i = 0; i < list.calls->size(); ++i) {
      RETURN_IF_ERROR(AddOwn((*list.calls)[i], ValueOf(list.action),
                             slipway::Element(list.option, i), own, decided));
    }
  }
  for (const auto& [call, name] : wishes.causes) {
    const auto cause = ReadErrno(name);
    if (!cause) {
      return Error("not an error of errno(3)", name, "write a name such as ENOSYS, or its number")
          .Option("errno." + call);
    }
    RETURN_IF_ERROR(AddOwn(call, SECCOMP_RET_ERRNO | *cause, "errno." + call, own, decided));
  }
  return own;
}

}  // namespace

bool Wishes::ChangesNothing() const {
  for (const List& list : lists) {
    if (!list.calls->empty()) return false;
  }
  return !otherwise && causes.empty() && capabilities == 0;
}

uint32_t ValueOf(Action action) {
  switch (action) {
    case Action::kAllow:
      return SECCOMP_RET_ALLOW;
    case Action::kErrno:
      return SECCOMP_RET_ERRNO | EPERM;
    case Action::kKill:
      return SECCOMP_RET_KILL_PROCESS;
    case Action::kKillThread:
      return SECCOMP_RET_KILL_THREAD;
    case Action::kLog:
      return SECCOMP_RET_LOG;
    case Action::kTrap:
      return SECCOMP_RET_TRAP;
    case Action::kNotify:
      return SECCOMP_RET_USER_NOTIF;
  }
  return SECCOMP_RET_KILL_PROCESS;
}

Result<uint64_t> ReadCapabilities(const Names& names) {
  uint64_t set = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto bit = ReadCapability(names[i]);
    if (!bit) {
      return Error("unknown capability", names[i],
                   "write names of capabilities(7), such as sys_admin or CAP_SYS_ADMIN")
          .Option(slipway::Element("capabilities", i));
    }
    set |= *bit;
  }
  return set;
}

Policy EmptyPolicy(Action otherwise) {
  Policy policy;
  policy.otherwise = ValueOf(otherwise);
  policy.unknown = otherwise == Action::kErrno ? SECCOMP_RET_ERRNO | ENOSYS : policy.otherwise;
  return policy;
}

Result<Policy> DefaultPolicy(uint64_t capabilities) {
  Policy policy = EmptyPolicy(Action::kErrno);
  RETURN_IF_ERROR(ReadList(DefaultList(), capabilities, policy));
  return policy;
}

Status Change(const Wishes& wishes, Policy& policy) {
  ASSIGN_OR_RETURN(Policy own, ReadOwn(wishes));
  for (auto& [call, rules] : own.calls) {
    Rules& all = policy.calls[call];
    if (rules.back().conditions.empty()) all.clear();
    all.insert(all.begin(), rules.begin(), rules.end());
  }
  return Ok();
}

}  // namespace seccomp
