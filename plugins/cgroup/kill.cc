// cgroups(7), Documentation/admin-guide/cgroup-v2.rst (cgroup.kill, cgroup.events),
// Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst, pidfd_open(2), poll(2).

#include "plugins/cgroup/kill.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/process.h"

namespace slipway::cgroup {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kPause = 5;  // ms, between two attempts when there is no event to wait for
constexpr std::string_view kFrozen = "FROZEN";
constexpr std::string_view kThawed = "THAWED";
constexpr size_t kBatch = 256;  // pidfds that are open at once: well below RLIMIT_NOFILE

std::chrono::milliseconds Left(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

Result<bool> IsCgroup(const sys::Fd& folder, const std::string& path) {
  struct statfs about {};
  if (fstatfs(folder.get(), &about) != 0) return Error(errno, "look at the cgroup", path);
  return about.f_type == CGROUP_SUPER_MAGIC || about.f_type == CGROUP2_SUPER_MAGIC;
}

// What is in the file, from its beginning; empty when it cannot be read.
std::string ReadAll(const sys::Fd& file) {
  std::string text;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = pread(file.get(), buffer, sizeof(buffer), static_cast<off_t>(text.size()))) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  return text;
}

std::vector<std::string> Children(const sys::Fd& cgroup) {
  std::vector<std::string> names;
  sys::Fd again(openat(cgroup.get(), ".", kFolder));
  DIR* stream = again.valid() ? fdopendir(again.get()) : nullptr;
  if (stream == nullptr) return names;
  again.Release();  // closedir closes it
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
  }
  closedir(stream);
  return names;
}

// rmdir(2) of a cgroup, those inside it first. The names are walked by descriptor: a container
// may have nested deeper than a path can say. Returns 0 or an errno.
int RemoveTree(const sys::Fd& parent, const std::string& name) {
  if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
  // The kernel says EBUSY both of processes and of cgroups inside.
  if (errno != EBUSY && errno != ENOTEMPTY) return errno;
  const sys::Fd cgroup(openat(parent.get(), name.c_str(), kFolder));
  if (!cgroup.valid()) return errno == ENOENT ? 0 : errno;
  const std::vector<std::string> children = Children(cgroup);
  if (children.empty()) return EBUSY;
  for (const std::string& child : children) {
    if (int error = RemoveTree(cgroup, child)) return error;
  }
  return unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

// The processes in the cgroup and below it, sorted. 0 is one of a pid namespace above ours.
void CollectProcesses(const sys::Fd& cgroup, std::vector<pid_t>& pids) {
  const sys::Fd file(openat(cgroup.get(), "cgroup.procs", O_RDONLY | O_CLOEXEC));
  if (file.valid()) {
    const std::string text = ReadAll(file);
    for (const char* at = text.c_str(); *at != '\0';) {
      char* end = nullptr;
      pids.push_back(static_cast<pid_t>(strtol(at, &end, 10)));
      if (end == at) break;
      at = end + (*end == '\n' ? 1 : 0);
    }
  }
  for (const std::string& child : Children(cgroup)) {
    const sys::Fd inner(openat(cgroup.get(), child.c_str(), kFolder));
    if (inner.valid()) CollectProcesses(inner, pids);
  }
}

std::vector<pid_t> Processes(const sys::Fd& cgroup) {
  std::vector<pid_t> pids;
  CollectProcesses(cgroup, pids);
  std::sort(pids.begin(), pids.end());
  return pids;
}

// cgroup v2 tells by POLLPRI that cgroup.events has changed since it was last read.
Status AwaitUnpopulated(const sys::Fd& cgroup, Clock::time_point deadline) {
  const sys::Fd events(openat(cgroup.get(), "cgroup.events", O_RDONLY | O_CLOEXEC));
  while (events.valid() && ReadAll(events).find("populated 1") != std::string::npos) {
    const auto left = Left(deadline);
    if (left.count() == 0) break;
    pollfd change{.fd = events.get(), .events = POLLPRI, .revents = 0};
    if (poll(&change, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) {
      return Error(errno, "wait for", "cgroup.events");
    }
  }
  return Ok();
}

void Thaw(const sys::Fd& cgroup) {
  const sys::Fd state(openat(cgroup.get(), "freezer.state", O_WRONLY | O_CLOEXEC));
  // A cgroup inside that does not take it is no reason to leave the others.
  if (state.valid()) (void)!write(state.get(), kThawed.data(), kThawed.size());
  for (const std::string& child : Children(cgroup)) {
    const sys::Fd inner(openat(cgroup.get(), child.c_str(), kFolder));
    if (inner.valid()) Thaw(inner);
  }
}

// In a cgroup of the pids controller: nothing in it, nor below it, forks from now on. pids.rst.
void ForbidForks(const sys::Fd& cgroup) {
  const sys::Fd limit(openat(cgroup.get(), "pids.max", O_WRONLY | O_CLOEXEC));
  if (limit.valid()) (void)!write(limit.get(), "0", 1);
}

// As long as this lives, nothing in a cgroup of v1's freezer runs, hence nothing forks, as far as
// it can be frozen by `deadline`. However this ends, all is thawed, also cgroups inside that the
// container froze itself: a frozen process does not even take a SIGKILL. In other hierarchies
// this does nothing.
class Frozen {
 public:
  Frozen(const sys::Fd& cgroup, Clock::time_point deadline) : cgroup_(cgroup) {
    const sys::Fd state(openat(cgroup.get(), "freezer.state", O_RDWR | O_CLOEXEC));
    if (!state.valid()) return;
    freezer_ = true;
    const auto size = static_cast<ssize_t>(kFrozen.size());
    if (write(state.get(), kFrozen.data(), kFrozen.size()) != size) return;
    // FREEZING until all have come to rest; the kernel tells nobody when. Reading makes it look.
    while (!ReadAll(state).starts_with(kFrozen) && Left(deadline).count() > 0) {
      poll(nullptr, 0, kPause);
    }
  }
  ~Frozen() {
    if (freezer_) Thaw(cgroup_);
  }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  const sys::Fd& cgroup_;
  bool freezer_ = false;
};

// A pid may have been reused since the list was read, so each process is pinned by a pidfd first
// and looked for in the list again. Only those that are still there may be killed.
std::vector<sys::Fd> Pin(const sys::Fd& cgroup, std::span<const pid_t> pids) {
  std::vector<std::pair<pid_t, sys::Fd>> pinned;
  for (pid_t pid : pids) {
    if (pid <= 0 || pid == getpid()) continue;
    Result<sys::Fd> pidfd = sys::OpenPidfd(pid);
    if (pidfd.ok()) pinned.emplace_back(pid, std::move(pidfd).value());
  }
  const std::vector<pid_t> still = Processes(cgroup);
  std::vector<sys::Fd> processes;
  for (auto& [pid, pidfd] : pinned) {
    if (std::binary_search(still.begin(), still.end(), pid)) processes.push_back(std::move(pidfd));
  }
  return processes;
}

// v1 has no cgroup.kill. Half of the time is for the freezing at most: what does not come to rest
// is killed all the same. Awaits the last batch only; the caller looks whether all have ended.
Status KillByPidfd(const sys::Fd& cgroup, Clock::time_point deadline) {
  std::vector<sys::Fd> killed;
  ForbidForks(cgroup);
  {
    const Frozen frozen(cgroup, Clock::now() + Left(deadline) / 2);
    const std::vector<pid_t> pids = Processes(cgroup);
    for (std::span<const pid_t> rest = pids; !rest.empty();) {
      const size_t size = std::min(rest.size(), kBatch);
      killed.clear();
      killed = Pin(cgroup, rest.first(size));
      for (const sys::Fd& pidfd : killed) RETURN_IF_ERROR(sys::SendSignal(pidfd, SIGKILL));
      rest = rest.subspan(size);
    }
  }
  for (const sys::Fd& pidfd : killed) {
    ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(pidfd, Left(deadline)));
    if (!ended && Left(deadline).count() == 0) break;
  }
  return Ok();
}

Status KillAll(const sys::Fd& cgroup, const std::string& path, Clock::time_point deadline) {
  const std::vector<pid_t> pids = Processes(cgroup);
  if (std::binary_search(pids.begin(), pids.end(), getpid())) {
    return Error(EBUSY, "remove the cgroup", path,
                 "this very process is in it; it was not emptied");
  }
  const sys::Fd kill(openat(cgroup.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
  // Linux 5.14 and v2: everything below is killed at once, and no fork escapes.
  if (kill.valid() && write(kill.get(), "1", 1) == 1) return AwaitUnpopulated(cgroup, deadline);
  return KillByPidfd(cgroup, deadline);
}

// What is at `path`, for unlinkat(2) and for looking at it.
struct Place {
  sys::Fd parent;
  std::string name;
  sys::Fd cgroup;  // invalid: there is no cgroup at the path
};

Result<Place> OpenPlace(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) {
    return Error("an undo record that names no cgroup", path);
  }
  Place place;
  place.name = path.substr(slash + 1);
  place.parent = sys::Fd(open(path.substr(0, slash + 1).c_str(), kFolder));
  if (!place.parent.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return place;
    return Error(errno, "open the cgroup", path.substr(0, slash + 1));
  }
  place.cgroup = sys::Fd(openat(place.parent.get(), place.name.c_str(), kFolder));
  if (!place.cgroup.valid() && errno != ENOENT && errno != ENOTDIR && errno != ELOOP &&
      errno != ENODEV) {
    return Error(errno, "open the cgroup", path);
  }
  if (!place.cgroup.valid()) return place;
  ASSIGN_OR_RETURN(const bool is_cgroup, IsCgroup(place.cgroup, path));
  if (!is_cgroup) place.cgroup.Close();
  return place;
}

}  // namespace

Status RemoveCgroup(const std::string& path, uint64_t inode) {
  const auto deadline = Clock::now() + kCgroupPatience;
  ASSIGN_OR_RETURN(const Place place, OpenPlace(path));
  struct stat about {};
  if (!place.cgroup.valid()) return Ok();
  if (fstat(place.cgroup.get(), &about) != 0) return Error(errno, "look at the cgroup", path);
  if (about.st_ino != inode) return Ok();
  for (int attempt = 0;; ++attempt) {
    const int error = RemoveTree(place.parent, place.name);
    if (error == 0) return Ok();
    if (error != EBUSY && error != ENOTEMPTY) return Error(error, "remove the cgroup", path);
    if (Left(deadline).count() == 0) {
      return Error(error, "remove the cgroup", path,
                   "processes in it have not ended after SIGKILL");
    }
    // A process that has just ended may count as there for a moment longer, without an event.
    if (attempt > 0) poll(nullptr, 0, kPause);
    RETURN_IF_ERROR(KillAll(place.cgroup, path, deadline));
  }
}

Status RemoveIfEmpty(const std::string& path) {
  ASSIGN_OR_RETURN(const Place place, OpenPlace(path));
  if (!place.cgroup.valid()) return Ok();
  if (unlinkat(place.parent.get(), place.name.c_str(), AT_REMOVEDIR) == 0) return Ok();
  if (errno == ENOENT || errno == EBUSY || errno == ENOTEMPTY) return Ok();
  return Error(errno, "remove the cgroup", path);
}

}  // namespace slipway::cgroup
