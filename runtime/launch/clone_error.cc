// clone(2), namespaces(7), cgroups(7).

#include "runtime/launch/clone_error.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>

#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"
#include "runtime/sys/user_namespace.h"

namespace slipway::launch {
namespace {

constexpr std::string_view kOldestKernel = "5.12";

constexpr std::string_view kLimitBegin = "max_";
constexpr std::string_view kLimitEnd = "_namespaces";

struct Kind {
  uint64_t flag;
  char limit[24];  // in /proc/sys/user

  // As in /proc/self/ns, and in the middle of the limit's name: "mnt".
  std::string name() const {
    const std::string_view all = limit;
    return std::string(
        all.substr(kLimitBegin.size(), all.size() - kLimitBegin.size() - kLimitEnd.size()));
  }
};

constexpr Kind kKinds[] = {
    {CLONE_NEWUSER, "max_user_namespaces"},     {CLONE_NEWPID, "max_pid_namespaces"},
    {CLONE_NEWNS, "max_mnt_namespaces"},        {CLONE_NEWUTS, "max_uts_namespaces"},
    {CLONE_NEWIPC, "max_ipc_namespaces"},       {CLONE_NEWNET, "max_net_namespaces"},
    {CLONE_NEWCGROUP, "max_cgroup_namespaces"}, {CLONE_NEWTIME, "max_time_namespaces"},
};

// "the stage uts asked for a new uts namespace, pid for pid, cgroup-v2 for a start in its cgroup"
std::string WhoAsked(const Plan& plan) {
  std::string text;
  const auto add = [&text](const std::string& stage, const std::string& first,
                           const std::string& further) {
    text += text.empty() ? "the stage " + stage + " asked for " + first
                         : ", " + stage + " for " + further;
  };
  for (const NamespaceWish& wish : plan.namespace_wishes) {
    for (const Kind& kind : kKinds) {
      if (!(wish.flags & kind.flag)) continue;
      add(wish.stage, "a new " + kind.name() + " namespace", kind.name());
    }
  }
  const std::string cgroup = "a start in its cgroup";
  if (plan.cgroup_fd >= 0) add(plan.cgroup_stage, cgroup, cgroup);
  return text;
}

// Is the release, such as 6.1.0-18-amd64, that of a kernel which is too old?
bool IsTooOld(std::string_view release) {
  const auto number = [](std::string_view& text) {
    int value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value).ptr;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.starts_with('.')) text.remove_prefix(1);
    return value;
  };
  std::string_view oldest = kOldestKernel;
  const int major = number(release);
  const int oldest_major = number(oldest);
  return major != oldest_major ? major < oldest_major : number(release) < number(oldest);
}

std::string NotPermitted(const Plan& plan, const Surroundings& here) {
  if (!here.has_sys_admin && !(plan.namespaces & CLONE_NEWUSER)) {
    return "that needs CAP_SYS_ADMIN: run the runtime as root, for example with sudo";
  }
  if (!here.has_sys_admin) {
    std::string forbidden = sys::WhatForbidsUserNamespaces(here.settings);
    if (!forbidden.empty()) return forbidden;
  }
  std::string text = "a seccomp filter, such as docker's, or a security module may refuse it";
  if (plan.namespaces & CLONE_NEWUSER) text += "; so does the kernel in a chroot";
  return text;
}

std::string NotInvented(const Surroundings& here) {
  if (IsTooOld(here.release)) {
    return "the runtime needs Linux " + std::string(kOldestKernel) + " or newer; this is " +
           here.release;
  }
  return "this is Linux " + here.release +
         ", which has clone3: a seccomp filter, such as an old docker's, hides it";
}

// Limits that are 0 are surely in the way.
std::string UsedUp(const Plan& plan, const Surroundings& here) {
  std::string zero;
  for (const Kind& kind : kKinds) {
    if (!(plan.namespaces & kind.flag)) continue;
    const std::string file = here.limits + "/" + kind.limit;
    const auto text = sys::ReadFile(file);
    if (text.ok() && *text == "0\n") zero += (zero.empty() ? "" : " and ") + file;
  }
  if (!zero.empty()) return "it is not the disk: " + zero + " is 0";
  std::string text =
      "it is not the disk: as many namespaces exist as " + here.limits + "/max_*_namespaces allow";
  if (plan.namespaces & (CLONE_NEWPID | CLONE_NEWUSER)) {
    text += ", or pid or user namespaces are nested 32 deep";
  }
  return text;
}

std::string Lacks(const Plan& plan, const Surroundings& here) {
  for (const Kind& kind : kKinds) {
    if (!(plan.namespaces & kind.flag)) continue;
    if (access((here.namespaces + "/" + kind.name()).c_str(), F_OK) == 0) continue;
    return "this kernel has no " + kind.name() + " namespaces";
  }
  return {};
}

std::string WhatWouldBeRight(const Plan& plan, int cause, const Surroundings& here) {
  switch (cause) {
    case EPERM:
      return NotPermitted(plan, here);
    case ENOSYS:
      return NotInvented(here);
    case ENOSPC:
    case EUSERS:
      return plan.namespaces ? UsedUp(plan, here) : std::string();
    case EINVAL:
      if (here.children_elsewhere && (plan.namespaces & CLONE_NEWPID)) {
        return "this process's children are to be in another pid namespace than it is, as behind "
               "unshare --pid without --fork";
      }
      return Lacks(plan, here);
    case EAGAIN:
      return "a limit of processes is reached: ulimit -u, pids.max of a cgroup around this one, or "
             "/proc/sys/kernel/threads-max";
    case ENOMEM:
      return "memory is used up, or a memory limit above is reached; so says the kernel, too, in a "
             "pid namespace whose first process has ended";
    case EACCES:
      return plan.cgroup_fd >= 0 ? "this user may not move processes into that cgroup" : "";
    case EBUSY:
      return plan.cgroup_fd >= 0 ? "that cgroup hands controllers on to cgroups inside it, so that "
                                   "no process may be in it itself"
                                 : "";
    default:
      return {};
  }
}

}  // namespace

Surroundings SurroundingsOfThisProcess() {
  utsname kernel{};
  uname(&kernel);
  return {.has_sys_admin = sys::HasCapability(CAP_SYS_ADMIN),
          .children_elsewhere = !sys::HasChildrenInItsPidNamespace(),
          .release = kernel.release,
          .namespaces = "/proc/self/ns",
          .limits = "/proc/sys/user",
          .settings = "/proc/sys/kernel"};
}

Error CloneError(const Plan& plan, const Error& cause, const Surroundings& here) {
  const int number = cause->errno_value;
  // These two any process would have met.
  const bool any = number == EAGAIN || number == ENOMEM;
  const bool asked = plan.namespaces != 0 && !any;
  std::string hint = any ? "" : WhoAsked(plan);
  const std::string right = WhatWouldBeRight(plan, number, here);
  if (!hint.empty() && !right.empty()) hint += "; ";
  return Error(number,
               asked ? "make the container's namespaces" : "make the container's first process", {},
               hint + right)
      .In({}, "clone");
}

}  // namespace slipway::launch
