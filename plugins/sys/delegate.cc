#include "plugins/sys/delegate.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "runtime/sys/ids.h"
#include "runtime/sys/process.h"

namespace sys_stage {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

// Those of /sys/kernel/cgroup/delegate that each kernel with v2 has: no limit is among them.
constexpr const char* kDelegated[] = {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control"};

int GiveOutside(uint64_t user, int cgroup, int) {
  const auto owner = static_cast<uid_t>(user);
  for (const char* name : kDelegated) {
    if (fchownat(cgroup, name, owner, -1, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  }
  return fchownat(cgroup, "", owner, -1, AT_EMPTY_PATH) == 0 ? 0 : errno;
}

// This process's user, outside of its user namespace.
Result<uint32_t> UserOutside() {
  const uint32_t user = geteuid();
  ASSIGN_OR_RETURN(const auto map, sys::ReadIdMap("/proc/self/uid_map"));
  for (const sys::MapLine& line : map) {
    if (user >= line.inside && user - line.inside < line.count) {
      return line.outside + (user - line.inside);
    }
  }
  return Error(EACCES, "find the user outside of", std::to_string(user));
}

bool CanWrite(const Fd& cgroup) {
  return faccessat(cgroup.get(), "cgroup.procs", W_OK, AT_EACCESS) == 0;
}

}  // namespace

Status Delegate::Prepare() {
  if (!sys::HasCapability(CAP_CHOWN)) return Ok();
  ASSIGN_OR_RETURN(outside_, sys::Outside::Start(GiveOutside));
  return Ok();
}

Status Delegate::Give(const Fd& cgroup, const std::string& path) const {
  if (CanWrite(cgroup)) return Ok();
  int cause = EACCES;
  if (outside_.started()) {
    ASSIGN_OR_RETURN(const uint32_t user, UserOutside());
    cause = outside_.Ask(user, cgroup.get());
  }
  if (cause == 0 && CanWrite(cgroup)) return Ok();
  return Error(cause == 0 ? errno : cause, "let the container write to its own cgroup at", path,
               "its files belong to a user that the container's user namespace does not have");
}

void Delegate::Dismiss() const { outside_.Dismiss(); }

}  // namespace sys_stage
