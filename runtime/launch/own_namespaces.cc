#include "runtime/launch/own_namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "runtime/launch/first_ids.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "namespaces";
constexpr const char* kOffsets = "/proc/self/timens_offsets";
constexpr int64_t kNanoseconds = 1'000'000'000;

// "monotonic -1 500000000"; the nanoseconds go upwards from the seconds.
std::string OffsetLine(const char* clock, int64_t offset) {
  int64_t seconds = offset / kNanoseconds;
  int64_t rest = offset % kNanoseconds;
  if (rest < 0) {
    --seconds;
    rest += kNanoseconds;
  }
  return std::string(clock) + " " + std::to_string(seconds) + " " + std::to_string(rest) + "\n";
}

Error CannotMake(int cause, uint64_t flag) {
  const std::string kind = sys::NamespaceName(flag);
  std::string hint;
  if (cause == EINVAL) hint = "this kernel has no " + kind + " namespaces";
  if (cause == ENOSPC) {
    hint = "it is not the disk: as many exist as /proc/sys/user/max_" + kind + "_namespaces allows";
  }
  return Error(cause, "make the container's " + kind + " namespace", {}, hint);
}

Error CannotSetClocks(const Setup& setup, Error error) {
  const TimeOffsets& time = setup.plan.time;
  if (time.wisher.name.empty()) return error.In({}, kStep);
  return setup.stages[time.wisher.stage].Blamed(std::move(error), kStep);
}

Status WriteOffsets(const TimeOffsets& time, const sys::Fd& offsets) {
  if (time.wisher.name.empty()) return Ok();
  Status written = sys::WriteFile(
      offsets, kOffsets,
      OffsetLine("monotonic", time.monotonic_ns) + OffsetLine("boottime", time.boottime_ns));
  if (!written.ok() && written.error()->errno_value == ERANGE) {
    written.error().Hint("a clock would be before 0, or later than the kernel can count");
  }
  return written;
}

// Offsets can be set until a process is in it, and unshare(2) puts only children there. Entered at
// once, so that it makes no difference whether exec(2) does that (since Linux 6.3), and who forks
// with whose memory.
Status EnterTimeNamespace(const Setup& setup, const sys::Fd& offsets) {
  if ((setup.plan.namespaces & CLONE_NEWTIME) == 0) return Ok();
  if (unshare(CLONE_NEWTIME) != 0) {
    return CannotSetClocks(setup, CannotMake(errno, CLONE_NEWTIME));
  }
  if (Status written = WriteOffsets(setup.plan.time, offsets); !written.ok()) {
    return CannotSetClocks(setup, std::move(written.error()));
  }
  const sys::Fd made(open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC));
  if (!made.valid() || setns(made.get(), CLONE_NEWTIME) != 0) {
    return CannotSetClocks(setup, Error(errno, "enter the container's time namespace"));
  }
  return Ok();
}

std::string WhatWouldBeRight(const JoinedNamespace& joined, int cause) {
  if (cause == EPERM && joined.flag == CLONE_NEWUSER) {
    return "it takes the user who made it, or root";
  }
  if (cause == EPERM) {
    return "it takes CAP_SYS_ADMIN in the user namespace that owns it, and nobody has that from "
           "inside of another one";
  }
  if (cause == EINVAL && joined.flag == CLONE_NEWPID) {
    return "only one inside of the runtime's own can be joined";
  }
  return {};
}

}  // namespace

Error CannotJoin(const Setup& setup, const JoinedNamespace& joined, int cause) {
  return setup.stages[joined.wisher.stage].Blamed(
      Error(cause, std::string("join the ") + sys::NamespaceName(joined.flag) + " namespace", {},
            WhatWouldBeRight(joined, cause)),
      kStep);
}

bool IsEnteredBefore(const Plan& plan, const JoinedNamespace& joined) {
  if (joined.there || joined.flag == CLONE_NEWNS) return false;
  // From inside of a new user namespace they could not be joined any more; setns(2).
  if (joined.flag == CLONE_NEWCGROUP || joined.flag == CLONE_NEWPID) return plan.has_own_user();
  return true;
}

Status EnterUserNamespace(const Setup& setup) {
  const Plan& plan = setup.plan;
  const bool joined = plan.Joined(CLONE_NEWUSER) != nullptr;
  if (setup.target != nullptr || (!plan.has_own_user() && !joined)) return Ok();
  const int dumpable = prctl(PR_GET_DUMPABLE);
  // Whoever has written the maps has written those of the plan.
  const bool known = plan.has_own_user() && !plan.ids.users.empty() && !plan.ids.groups.empty();
  auto first = known ? Result<FirstIds>(FirstIdsOf(plan.ids)) : FirstIdsOf("/proc/self");
  if (!first.ok()) return first.error().In({}, kStep);
  Status became = sys::Become(first->user, first->group);
  if (!became.ok()) return became.error().In({}, kStep);
  // The change of ids took both away; prctl(2). In an own user namespace nobody is who could look.
  if (dumpable == 1) prctl(PR_SET_DUMPABLE, 1);
  if (!setup.outlives_host) prctl(PR_SET_PDEATHSIG, SIGKILL);
  return Ok();
}

Result<sys::Fd> OpenClockOffsets(const Setup& setup) {
  const Plan& plan = setup.plan;
  if ((plan.namespaces & CLONE_NEWTIME) == 0 || plan.time.wisher.name.empty()) return sys::Fd();
  auto offsets = sys::Open(kOffsets, O_WRONLY);
  if (offsets.ok()) return offsets;
  if (offsets.error()->errno_value == ENOENT) return sys::Fd();
  if (offsets.error()->errno_value == EACCES) {
    offsets.error().Hint("in a user namespace that is joined it takes root");
  }
  return CannotSetClocks(setup, std::move(offsets.error()));
}

Status EnterLaterNamespaces(const Setup& setup, const sys::Fd& offsets) {
  const Plan& plan = setup.plan;
  if (plan.unshares_cgroup() && unshare(CLONE_NEWCGROUP) != 0) {
    const int cause = errno;
    const auto wish =
        std::find_if(plan.namespace_wishes.begin(), plan.namespace_wishes.end(),
                     [](const NamespaceWish& one) { return (one.flags & CLONE_NEWCGROUP) != 0; });
    return CannotMake(cause, CLONE_NEWCGROUP).In(wish->stage, kStep);
  }
  const JoinedNamespace* cgroup = plan.Joined(CLONE_NEWCGROUP);
  if (cgroup != nullptr && !IsEnteredBefore(plan, *cgroup) &&
      setns(cgroup->file, CLONE_NEWCGROUP) != 0) {
    return CannotJoin(setup, *cgroup, errno);
  }
  return EnterTimeNamespace(setup, offsets);
}

Status EnterJoinedPids(const Setup& setup) {
  const JoinedNamespace* pids = setup.plan.Joined(CLONE_NEWPID);
  if (pids == nullptr || IsEnteredBefore(setup.plan, *pids)) return Ok();
  return setns(pids->file, CLONE_NEWPID) == 0 ? Ok() : Status(CannotJoin(setup, *pids, errno));
}

Status EnterJoinedMounts(const Setup& setup, const ContainerRoot& root) {
  const JoinedNamespace* mounts = setup.plan.Joined(CLONE_NEWNS);
  if (mounts == nullptr) return Ok();
  if (root.is_set()) {
    return setup.stages[root.stage()].Blamed(
        Error("a root for a container that joins a mnt namespace", {},
              "that of the stage " + mounts->wisher.name + " has its own: keep one of them"),
        kStep);
  }
  // It goes to that namespace's root and its "/" as well; setns(2).
  if (setns(mounts->file, CLONE_NEWNS) != 0) return CannotJoin(setup, *mounts, errno);
  return Ok();
}

}  // namespace slipway::launch
