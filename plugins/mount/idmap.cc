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
#include <utility>

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

// As /proc/PID/uid_map takes it.
std::string MapText(const std::vector<IdRange>& ranges) {
  std::string text;
  for (const IdRange& range : ranges) {
    text += std::to_string(range.files) + " " + std::to_string(range.container) + " " +
            std::to_string(range.count) + "\n";
  }
  return text;
}

Result<Fd> MapAndOpen(pid_t child, const std::string& users, const std::string& groups) {
  const std::string folder = "/proc/" + std::to_string(child);
  RETURN_IF_ERROR(sys::WriteFile(folder + "/uid_map", users));
  RETURN_IF_ERROR(sys::WriteFile(folder + "/gid_map", groups));
  return sys::Open(folder + "/ns/user", O_RDONLY);
}

// A user namespace that ends with its descriptor.
Result<Fd> MakeUserNamespace(const std::string& users, const std::string& groups) {
  ASSIGN_OR_RETURN(const sys::Cloned child, sys::Clone(CLONE_NEWUSER, -1));
  if (child.pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) pause();
  }
  auto made = MapAndOpen(child.pid, users, groups);
  kill(child.pid, SIGKILL);
  (void)TEMP_FAILURE_RETRY(waitpid(child.pid, nullptr, 0));
  return made;
}

}  // namespace

Status CheckIdRanges(const std::vector<IdRange>& users, const std::vector<IdRange>& groups,
                     bool mapped) {
  if (users.empty() && !groups.empty()) {
    return Error("a map of groups alone", {}, "say idmap_users too").Option("idmap_groups");
  }
  if (users.empty() || mapped) return Ok();
  return Error("nothing is mapped so", {}, "set idmap: true, here or of a bind")
      .Option("idmap_users");
}

Status Owners::ProbeRights() {
  if (sys::IsInFirstUserNamespace() && sys::HasCapability(CAP_SYS_ADMIN)) return Ok();
  return NotHere(Error("cannot map the owners of files", {}, "only root of the machine may"),
                 kLeaveOut);
}

Status Owners::ProbeFiles(const std::string& path, bool recursive) {
  ASSIGN_OR_RETURN(const Fd user_namespace, MakeUserNamespace("0 0 1\n", "0 0 1\n"));
  ASSIGN_OR_RETURN(const Fd mount, sys::CloneTree(path, recursive));
  const int cause = sys::MapMount(mount.get(), user_namespace.get(), recursive);
  if (cause == 0) return Ok();
  return NotHere(Error(cause, kMap, path, sys::WhyNotMapped(cause)), kLeaveOut);
}

Status Owners::Prepare(const std::vector<IdRange>& users, const std::vector<IdRange>& groups) {
  ASSIGN_OR_RETURN(hosts_, sys::OwnNamespace(CLONE_NEWUSER));
  if (users.empty()) {
    ASSIGN_OR_RETURN(outside_, sys::Outside::Start(MapOutside));
    return Ok();
  }
  auto made = MakeUserNamespace(MapText(users), MapText(groups.empty() ? users : groups));
  if (!made.ok()) {
    return Error(made.error()->errno_value, "map the ids of idmap_users and idmap_groups", {},
                 "no id may be in two lines of one of them")
        .Option("idmap_users");
  }
  by_hand_ = std::move(*made);
  return Ok();
}

Status Owners::Map(const Fd& mount, bool recursive, const std::string& path) const {
  ASSIGN_OR_RETURN(const sys::NamespaceId own, sys::OwnNamespace(CLONE_NEWUSER));
  if ((own == hosts_) != by_hand_.valid()) {
    return Error(std::string("cannot ") + kMap, path,
                 by_hand_.valid()
                     ? "the container has users of its own, to which idmap_users does "
                       "not fit: leave it out"
                     : "the container has no users of its own: add the stage user, say "
                       "idmap_users, or leave idmap out");
  }
  int cause = 0;
  if (by_hand_.valid()) {
    cause = sys::MapMount(mount.get(), by_hand_.get(), recursive);
  } else {
    ASSIGN_OR_RETURN(const Fd user_namespace, sys::Open(kOwnNamespace, O_RDONLY));
    cause = outside_.Ask(recursive ? 1 : 0, mount.get(), user_namespace.get());
  }
  return cause == 0 ? Ok() : Status(Error(cause, kMap, path, sys::WhyNotMapped(cause)));
}

void Owners::Dismiss() const { outside_.Dismiss(); }

}  // namespace mount_stage
