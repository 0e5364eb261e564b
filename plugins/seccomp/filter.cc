#include "plugins/seccomp/filter.h"

#include <linux/seccomp.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "plugins/seccomp/calls.h"
#include "plugins/seccomp/profile.h"
#include "runtime/sys/trust.h"

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;

// The listener goes out by it, and nobody could answer before.
constexpr const char* kNeeded = "sendmsg";
constexpr size_t kLongestProfile = 1 << 20;

// What the kept text begins with; the program follows, then the socket, a NUL, and the metadata.
struct Head {
  uint32_t flags;
  uint32_t notifies;
  uint32_t count;
};

bool AnyNotifies(const Rules& rules) {
  return std::any_of(rules.begin(), rules.end(),
                     [](const Rule& rule) { return rule.action == SECCOMP_RET_USER_NOTIF; });
}

bool MayNotify(const Policy& policy, std::string_view call) {
  const auto rules = policy.calls.find(call);
  if (rules == policy.calls.end()) return policy.otherwise == SECCOMP_RET_USER_NOTIF;
  if (AnyNotifies(rules->second)) return true;
  return policy.otherwise == SECCOMP_RET_USER_NOTIF && !rules->second.back().conditions.empty();
}

bool Notifies(const Policy& policy) {
  if (policy.otherwise == SECCOMP_RET_USER_NOTIF) return true;
  return std::any_of(policy.calls.begin(), policy.calls.end(),
                     [](const auto& call) { return AnyNotifies(call.second); });
}

Status Fill(const Policy& policy, const std::vector<Architecture>& architectures, Filter& filter) {
  filter.notifies = Notifies(policy);
  RETURN_IF_ERROR(filter.CheckSocket());
  if (MayNotify(policy, kNeeded)) {
    return Error("nobody could answer the call", kNeeded,
                 "the listener is sent by it: name it in allow")
        .Option("notify_socket");
  }
  filter.program = Compile(policy, architectures);
  if (filter.program.size() <= BPF_MAXINSNS) return Ok();
  return Error("a filter of " + std::to_string(filter.program.size()) + " instructions is too long",
               {}, "the kernel takes " + std::to_string(BPF_MAXINSNS) + ": use fewer conditions");
}

Surroundings SurroundingsFor(uint64_t capabilities) {
  Surroundings surroundings;
  surroundings.capabilities = capabilities;
  utsname names{};
  (void)uname(&names);
  (void)std::sscanf(names.release, "%u.%u", &surroundings.kernel_major, &surroundings.kernel_minor);
  return surroundings;
}

}  // namespace

std::string Filter::Kept() const {
  const Head head{flags, notifies ? 1U : 0U, static_cast<uint32_t>(program.size())};
  std::string kept(reinterpret_cast<const char*>(&head), sizeof(head));
  kept.append(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter));
  return kept + notify_socket + '\0' + notify_metadata;
}

Status Filter::Restore(std::string_view kept) {
  Head head{};
  const Error lost("what was kept of the filter cannot be read", {}, "another version has kept it");
  if (kept.size() < sizeof(head)) return lost;
  std::memcpy(&head, kept.data(), sizeof(head));
  kept.remove_prefix(sizeof(head));
  const size_t size = head.count * sizeof(sock_filter);
  const size_t end = kept.find('\0', std::min(size, kept.size()));
  if (head.count == 0 || head.count > BPF_MAXINSNS || end == std::string_view::npos) return lost;
  flags = head.flags;
  notifies = head.notifies != 0;
  program.resize(head.count);
  std::memcpy(program.data(), kept.data(), size);
  notify_socket = kept.substr(size, end - size);
  notify_metadata = kept.substr(end + 1);
  return Ok();
}

Status Filter::CheckSocket() const {
  if (notifies && notify_socket.empty()) {
    return Error("calls to be notified of, and nobody to answer them", {},
                 "notify_socket says who listens")
        .Option("notify");
  }
  if (!notifies && !notify_socket.empty()) {
    return Error("nothing to tell at", notify_socket, "notify says which calls are answered there")
        .Option("notify_socket");
  }
  return Ok();
}

Status CheckWishes(const Wishes& wishes) {
  Policy none;
  return Change(wishes, none);
}

Status MakeFilter(const Wishes& wishes, Filter& filter) {
  Policy policy;
  if (wishes.otherwise) {
    policy = EmptyPolicy(*wishes.otherwise);
  } else {
    ASSIGN_OR_RETURN(policy, DefaultPolicy(wishes.capabilities));
  }
  RETURN_IF_ERROR(Change(wishes, policy));
  return Fill(policy, AllArchitectures(), filter);
}

Result<std::string> LoadProfile(const std::string& path, const Wishes& wishes, Filter& filter) {
  ASSIGN_OR_RETURN(const std::string text,
                   slipway::sys::ReadTrusted(path, kLongestProfile, "a profile in JSON"));
  auto profile = ReadProfile(text, path, SurroundingsFor(wishes.capabilities));
  if (!profile.ok()) return profile.error();
  RETURN_IF_ERROR(Change(wishes, profile->policy));
  filter.flags = profile->flags;
  if (filter.notify_socket.empty()) filter.notify_socket = profile->listener_path;
  if (filter.notify_metadata.empty()) filter.notify_metadata = profile->listener_metadata;
  RETURN_IF_ERROR(Fill(profile->policy, ArchitecturesOf(*profile), filter));
  std::string unknown;
  for (const std::string& call : profile->unknown) unknown += (unknown.empty() ? "" : ", ") + call;
  return unknown;
}

}  // namespace seccomp
