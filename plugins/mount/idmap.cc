#include "plugins/mount/idmap.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "runtime/sys/clone.h"
#include "runtime/sys/file.h"
#include "runtime/sys/idmap.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/process.h"

namespace mount_stage {
namespace {

using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

constexpr char kOwnNamespace[] = "/proc/self/ns/user";
constexpr char kLeaveOut[] = "leave idmap out, and give the files to the container's ids by chown";

constexpr char kMap[] = "map the owners of the files at";

int MapOutside(uint64_t recursive, int mount, int user_namespace) {
  return sys::MapMount(mount, user_namespace, recursive != 0);
}

Result<Fd> MapAndOpen(pid_t child) {
  const std::string folder = "/proc/" + std::to_string(child);
  for (const char* map : {"/uid_map", "/gid_map"}) {
    RETURN_IF_ERROR(sys::WriteFile(folder + map, "0 0 1\n"));
  }
  return sys::Open(folder + "/ns/user", O_RDONLY);
}

// A user namespace that ends with its descriptor, and knows one id.
Result<Fd> MakeUserNamespace() {
  ASSIGN_OR_RETURN(const sys::Cloned child, sys::Clone(CLONE_NEWUSER, -1));
  if (child.pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) pause();
  }
  auto made = MapAndOpen(child.pid);
  kill(child.pid, SIGKILL);
  (void)TEMP_FAILURE_RETRY(waitpid(child.pid, nullptr, 0));
  return made;
}

}  // namespace

Status Owners::ProbeRights() {
  if (sys::IsInFirstUserNamespace() && sys::HasCapability(CAP_SYS_ADMIN)) return Ok();
  return NotHere(Error("cannot map the owners of files", {}, "only root of the machine may"),
                 kLeaveOut);
}

Status Owners::ProbeFiles(const std::string& path, bool recursive) {
  ASSIGN_OR_RETURN(const Fd user_namespace, MakeUserNamespace());
  ASSIGN_OR_RETURN(const Fd mount, sys::CloneTree(path, recursive));
  const int cause = sys::MapMount(mount.get(), user_namespace.get(), recursive);
  if (cause == 0) return Ok();
  return NotHere(Error(cause, kMap, path, sys::WhyNotMapped(cause)), kLeaveOut);
}

Status Owners::Prepare() {
  ASSIGN_OR_RETURN(hosts_, sys::OwnNamespace(CLONE_NEWUSER));
  ASSIGN_OR_RETURN(outside_, sys::Outside::Start(MapOutside));
  return Ok();
}

Status Owners::Map(const Fd& mount, bool recursive, const std::string& path) const {
  ASSIGN_OR_RETURN(const sys::NamespaceId own, sys::OwnNamespace(CLONE_NEWUSER));
  if (own == hosts_) {
    return Error(std::string("cannot ") + kMap, path,
                 "the container has no users of its own: add the stage user, or leave idmap out");
  }
  ASSIGN_OR_RETURN(const Fd user_namespace, sys::Open(kOwnNamespace, O_RDONLY));
  const int cause = outside_.Ask(recursive ? 1 : 0, mount.get(), user_namespace.get());
  return cause == 0 ? Ok() : Status(Error(cause, kMap, path, sys::WhyNotMapped(cause)));
}

void Owners::Dismiss() const { outside_.Dismiss(); }

}  // namespace mount_stage
