#include "runtime/launch/needed_calls.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/launch/treatment.h"

namespace slipway::launch {
namespace {

#ifdef __x86_64__
constexpr uint32_t kOwnArchitecture = AUDIT_ARCH_X86_64;
#else
constexpr uint32_t kOwnArchitecture = AUDIT_ARCH_AARCH64;
#endif

// When a call is made.
enum : uint32_t {
  kAlways = 1,
  kInit = 2,           // by slipway-init, once it has its orders
  kOrders = 4,         // by slipway-init, to read them: without no_new_privs
  kAttending = 8,      // by slipway-init as the command's parent
  kWaiting = 16,       // of a container that is created first
  kInside = 32,        // in a pid namespace that is joined
  kIdentity = 64,      // for another user: without no_new_privs
  kCapabilities = 128  // likewise
};

struct Need {
  uint32_t number;
  uint32_t when;
  char name[20];
};

// A call that may fail without harm is not among them.
constexpr Need kNeeds[] = {
    {SYS_accept4, kWaiting, "accept4"},
    {SYS_capset, kCapabilities, "capset"},
    {SYS_clone, kAttending | kInside, "clone"},
    {SYS_close, kOrders, "close"},
    {SYS_close_range, kAttending, "close_range"},
    {SYS_execveat, kAlways, "execveat"},
    {SYS_exit_group, kInit, "exit_group"},
    {SYS_fcntl, kOrders | kWaiting, "fcntl"},
    {SYS_getpgid, kAttending, "getpgid"},
    {SYS_getpid, kAttending | kWaiting, "getpid"},
    {SYS_kill, kAttending, "kill"},
    {SYS_lseek, kOrders, "lseek"},
    {SYS_mmap, kOrders | kInside, "mmap"},
    {SYS_recvfrom, kWaiting, "recvfrom"},
    {SYS_rt_sigaction, kAttending, "rt_sigaction"},
    {SYS_rt_sigprocmask, kAlways, "rt_sigprocmask"},
    {SYS_rt_sigtimedwait, kAttending | kWaiting, "rt_sigtimedwait"},
    {SYS_sendto, kInit, "sendto"},
    {SYS_setgroups, kIdentity, "setgroups"},
    {SYS_setresgid, kIdentity, "setresgid"},
    {SYS_setresuid, kIdentity, "setresuid"},
    {SYS_setsid, kWaiting, "setsid"},
    {SYS_wait4, kAttending, "wait4"},
};

// What a filter makes of a call; nothing where that depends on more than its number.
std::optional<uint32_t> Decision(const std::vector<sock_filter>& program, uint32_t number) {
  uint32_t value = 0;
  for (size_t at = 0; at < program.size();) {
    const sock_filter& step = program[at++];
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (step.k == offsetof(seccomp_data, nr)) {
          value = number;
        } else if (step.k == offsetof(seccomp_data, arch)) {
          value = kOwnArchitecture;
        } else {
          return std::nullopt;
        }
        break;
      case BPF_RET | BPF_K:
        return step.k;
      case BPF_JMP | BPF_JA:
        at += step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += value == step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += value > step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += value >= step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        at += (value & step.k) != 0 ? step.jt : step.jf;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        value &= step.k;
        break;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

bool Refuses(const std::vector<sock_filter>& program, uint32_t number) {
  const auto decision = Decision(program, number);
  if (!decision) return false;
  const uint32_t action = *decision & SECCOMP_RET_ACTION_FULL;
  return action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG &&
         action != SECCOMP_RET_USER_NOTIF && action != SECCOMP_RET_TRACE;
}

uint32_t WhenOf(const ProcessPlan& plan, const InitProgram& init) {
  uint32_t when = kAlways;
  if (!plan.WantsNoNewPrivileges()) {
    if (init.wanted()) when |= kOrders;
    if (plan.user || plan.groups) when |= kIdentity;
    if (plan.capabilities) when |= kCapabilities;
  }
  if (init.wanted()) when |= kInit;
  if (init.attends()) when |= kAttending;
  if (init.listener() >= 0) when |= kWaiting;
  if (init.forks()) when |= kInside;
  return when;
}

}  // namespace

Status CheckEachFilter(const ProcessPlan& plan, const InitProgram& init) {
  const uint32_t when = WhenOf(plan, init);
  for (size_t i = 0; i < plan.filters.size(); ++i) {
    const Wish<Filter>& filter = plan.filters[i];
    std::string refused;
    const auto ask = [&](uint32_t number, const char* name) {
      if (Refuses(filter.value.program, number))
        refused += (refused.empty() ? "" : ", ") + std::string(name);
    };
    for (const Need& need : kNeeds) {
      if ((need.when & when) != 0) ask(need.number, need.name);
    }
    if (i + 1 < plan.filters.size()) ask(SYS_seccomp, "seccomp(2)");
    if (refused.empty()) continue;
    return Wished(
        Error("the filter refuses system calls that the start of the command takes", {},
              "allow " + refused + (init.attends() ? "; without an init fewer are needed" : "")),
        filter.wisher);
  }
  return Ok();
}

}  // namespace slipway::launch
