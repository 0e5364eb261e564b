// Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst,
// Documentation/admin-guide/cgroup-v2.rst (cgroup.freeze, cgroup.events).

#include "plugins/cgroup/freeze.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "plugins/cgroup/processes.h"
#include "plugins/cgroup/walk.h"

namespace slipway::cgroup {
namespace {

constexpr int kPause = 5;  // ms, between two looks when there is no event to wait for
constexpr std::string_view kFrozen = "FROZEN";
constexpr std::string_view kThawed = "THAWED";

}  // namespace

std::chrono::milliseconds Left(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

bool FreezeV1(const sys::Fd& cgroup, Clock::time_point deadline) {
  const sys::Fd state(openat(cgroup.get(), "freezer.state", O_RDWR | O_CLOEXEC));
  if (!state.valid()) return false;
  const auto size = static_cast<ssize_t>(kFrozen.size());
  if (write(state.get(), kFrozen.data(), kFrozen.size()) != size) return true;
  // FREEZING until all have come to rest; the kernel tells nobody when. Reading makes it look.
  while (Left(deadline).count() > 0) {
    const Result<std::string> now = ReadAll(state, "freezer.state");
    if (!now.ok() || (*now).starts_with(kFrozen)) break;
    poll(nullptr, 0, kPause);
  }
  return true;
}

Status ThawV1(const sys::Fd& cgroup, const std::string& path) {
  Status failed;
  const auto thaw = [&failed, &path](const sys::Fd& one) {
    const auto size = static_cast<ssize_t>(kThawed.size());
    const sys::Fd state(openat(one.get(), "freezer.state", O_WRONLY | O_CLOEXEC));
    if (state.valid() && write(state.get(), kThawed.data(), kThawed.size()) == size) return Ok();
    // A cgroup inside that does not take it is no reason to leave the others.
    const bool is_gone = errno == ENOENT || errno == ENODEV;
    if (failed.ok() && !is_gone) failed = Error(errno, "thaw the cgroup", path);
    return Ok();
  };
  RETURN_IF_ERROR(WalkCgroups(cgroup, path, {.enter = thaw}));
  return failed;
}

Status FreezeV2(const sys::Fd& cgroup, const std::string& path, bool frozen,
                Clock::time_point deadline) {
  const sys::Fd freeze(openat(cgroup.get(), "cgroup.freeze", O_WRONLY | O_CLOEXEC));
  if (!freeze.valid() || write(freeze.get(), frozen ? "1" : "0", 1) != 1) {
    return Error(errno, frozen ? "freeze the cgroup" : "thaw the cgroup", path,
                 errno == ENOENT ? "it takes Linux 5.2" : "");
  }
  constexpr const char* kEvents = "cgroup.events";
  const sys::Fd events(openat(cgroup.get(), kEvents, O_RDONLY | O_CLOEXEC));
  if (!events.valid()) return Error(errno, "open the cgroup's file", kEvents);
  const std::string wanted = frozen ? "frozen 1" : "frozen 0";
  for (;;) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(events, kEvents));
    if (text.find(wanted) != std::string::npos) return Ok();
    const auto left = Left(deadline);
    if (left.count() == 0) {
      return Error(
          frozen ? "the container does not come to rest" : "the container's cgroup stays frozen",
          path, frozen ? "a process waits for a disk or a server" : "a cgroup above it is frozen");
    }
    pollfd change{.fd = events.get(), .events = POLLPRI, .revents = 0};
    if (poll(&change, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) {
      return Error(errno, "wait for", kEvents);
    }
  }
}

}  // namespace slipway::cgroup
