// cgroups(7), Documentation/admin-guide/cgroup-v2.rst (cgroup.kill, cgroup.events),
// Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst, pidfd_open(2), poll(2).

#include "plugins/cgroup/kill.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/cgroup/freeze.h"
#include "plugins/cgroup/place.h"
#include "plugins/cgroup/processes.h"
#include "plugins/cgroup/walk.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/process.h"

namespace slipway::cgroup {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPause = 5;       // ms, between two attempts when there is no event to wait for
constexpr size_t kBatch = 256;  // pidfds that are open at once, if RLIMIT_NOFILE allows it

// The kernel says EBUSY both of processes and of cgroups inside.
bool IsBusy(int errno_value) { return errno_value == EBUSY || errno_value == ENOTEMPTY; }

// cgroup v2 tells by POLLPRI that cgroup.events has changed since it was last read.
Status AwaitUnpopulated(const sys::Fd& cgroup, Clock::time_point deadline) {
  constexpr const char* kEvents = "cgroup.events";
  const sys::Fd events(openat(cgroup.get(), kEvents, O_RDONLY | O_CLOEXEC));
  if (!events.valid()) {
    return IsGone(errno) ? Ok() : Status(Error(errno, "open the cgroup's file", kEvents));
  }
  for (;;) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(events, kEvents));
    const auto left = Left(deadline);
    if (text.find("populated 1") == std::string::npos || left.count() == 0) return Ok();
    pollfd change{.fd = events.get(), .events = POLLPRI, .revents = 0};
    if (poll(&change, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) {
      return Error(errno, "wait for", kEvents);
    }
  }
}

// In a cgroup of the pids controller: nothing in it, nor below it, forks from now on. pids.rst.
void ForbidForks(const sys::Fd& cgroup) {
  const sys::Fd limit(openat(cgroup.get(), "pids.max", O_WRONLY | O_CLOEXEC));
  if (limit.valid()) (void)!write(limit.get(), "0", 1);
}

struct Pinned {
  pid_t pid;
  sys::Fd pidfd;
};

// Takes pids from the front of `pids` and opens them: a batch, or as many as there are descriptors
// for, leaving some for a walk. One that has ended is passed over.
Result<std::vector<Pinned>> OpenBatch(std::span<const pid_t>& pids) {
  std::vector<Pinned> pinned;
  for (; !pids.empty() && pinned.size() < kBatch; pids = pids.subspan(1)) {
    const pid_t pid = pids.front();
    if (pid <= 0 || pid == getpid()) continue;
    Result<sys::Fd> pidfd = sys::OpenPidfd(pid);
    if (pidfd.ok()) {
      pinned.push_back({pid, std::move(*pidfd)});
      continue;
    }
    const int error = pidfd.error()->errno_value;
    if (error == ESRCH || error == EINVAL || error == ENOENT) continue;
    if (error != EMFILE || pinned.size() <= kWalkDescriptors) return pidfd.error();
    // Those that make room come again in a later attempt.
    pinned.erase(pinned.end() - kWalkDescriptors, pinned.end());
    break;
  }
  return pinned;
}

// A pid may have been reused since the list was read, so each process is pinned by a pidfd first
// and looked for in the list again. Only those that are still there may be killed.
Status SignalAll(const sys::Fd& cgroup, const std::string& path, std::vector<Pinned>& last) {
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, Processes(cgroup, path));
  for (std::span<const pid_t> rest = pids; !rest.empty();) {
    last.clear();
    ASSIGN_OR_RETURN(last, OpenBatch(rest));
    ASSIGN_OR_RETURN(const std::vector<pid_t> still, Processes(cgroup, path));
    std::erase_if(last, [&still](const Pinned& one) {
      return !std::binary_search(still.begin(), still.end(), one.pid);
    });
    for (const Pinned& one : last) RETURN_IF_ERROR(sys::SendSignal(one.pidfd, SIGKILL));
  }
  return Ok();
}

// v1 has no cgroup.kill. Half of the time is for the freezing at most: what does not come to rest
// is killed all the same. Awaits the last batch only; the caller looks whether all have ended.
Status KillByPidfd(const sys::Fd& cgroup, const std::string& path, Clock::time_point deadline) {
  std::vector<Pinned> killed;
  ForbidForks(cgroup);
  const bool freezer = FreezeV1(cgroup, Clock::now() + Left(deadline) / 2);
  const Status sent = SignalAll(cgroup, path, killed);
  const Status thawed = freezer ? ThawV1(cgroup, path) : Ok();
  RETURN_IF_ERROR(sent);
  RETURN_IF_ERROR(thawed);
  for (const Pinned& one : killed) {
    ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(one.pidfd, Left(deadline)));
    if (!ended && Left(deadline).count() == 0) break;
  }
  return Ok();
}

Status KillAll(const sys::Fd& cgroup, const std::string& path, Clock::time_point deadline) {
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, Processes(cgroup, path));
  if (std::binary_search(pids.begin(), pids.end(), getpid())) {
    return Error(EBUSY, "remove the cgroup", path,
                 "this very process is in it; it was not emptied");
  }
  const sys::Fd kill(openat(cgroup.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
  // Linux 5.14 and v2: everything below is killed at once, and no fork escapes.
  if (kill.valid() && write(kill.get(), "1", 1) == 1) return AwaitUnpopulated(cgroup, deadline);
  return KillByPidfd(cgroup, path, deadline);
}

// rmdir(2).
Status Unlink(const sys::Fd& parent, const std::string& name, const std::string& path) {
  if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0) return Ok();
  return Error(errno, "remove the cgroup", path);
}

// The cgroup, those inside it first.
Status RemoveTree(const Place& place, const std::string& path) {
  const auto unlink = [&path](const sys::Fd& parent, const std::string& name) {
    Status removed = Unlink(parent, name, path);
    return !removed.ok() && IsGone(removed.error()->errno_value) ? Ok() : std::move(removed);
  };
  RETURN_IF_ERROR(WalkCgroups(place.cgroup, path, {.leave = unlink}));
  return Unlink(place.parent, place.name, path);
}

Error StillBusy(const Place& place, const std::string& path) {
  const Result<std::vector<pid_t>> pids = Processes(place.cgroup, path);
  if (!pids.ok()) return pids.error();
  return Error(EBUSY, "remove the cgroup", path,
               (*pids).empty() ? "something outside it keeps it in use, or renames it"
                               : "processes in it have not ended after SIGKILL");
}

}  // namespace

Status RemoveCgroup(const std::string& path, uint64_t inode, const std::string& boot) {
  const auto deadline = Clock::now() + kCgroupPatience;
  ASSIGN_OR_RETURN(Place place, FindCgroup(path, inode, boot));
  if (!place.cgroup.valid()) return Ok();
  // Mostly it is empty by now.
  Status removed = Unlink(place.parent, place.name, path);
  while (!removed.ok()) {
    const int error = removed.error()->errno_value;
    if (IsGone(error)) {
      // By another process, or it has got another name just now.
      ASSIGN_OR_RETURN(place, FindCgroup(path, inode, boot));
      if (!place.cgroup.valid()) return Ok();
    } else if (!IsBusy(error)) {
      return removed;
    }
    RETURN_IF_ERROR(KillAll(place.cgroup, path, deadline));
    removed = RemoveTree(place, path);
    if (removed.ok()) break;
    if (Left(deadline).count() == 0) return StillBusy(place, path);
    // A process that has just ended may count as there for a moment longer, without an event.
    if (IsBusy(removed.error()->errno_value)) poll(nullptr, 0, kPause);
  }
  return Ok();
}

Status RemoveIfEmpty(const std::string& path) {
  ASSIGN_OR_RETURN(const Place place, OpenPlace(path));
  if (!place.cgroup.valid()) return Ok();
  const Status removed = Unlink(place.parent, place.name, path);
  if (removed.ok()) return Ok();
  const int error = removed.error()->errno_value;
  return IsGone(error) || IsBusy(error) ? Ok() : removed;
}

}  // namespace slipway::cgroup
