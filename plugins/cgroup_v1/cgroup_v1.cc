// Its own cgroups in the v1 hierarchies, with limits. cgroups(7),
// Documentation/admin-guide/cgroup-v1/cgroups.rst, memory.rst, pids.rst, freezer-subsystem.rst,
// Documentation/scheduler/sched-bwc.rst.

#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/devices.h"
#include "plugins/cgroup/figures.h"
#include "plugins/cgroup/life.h"
#include "plugins/cgroup/limits.h"
#include "plugins/cgroup/mounts.h"
#include "plugins/cgroup/options.h"
#include "plugins/cgroup_v1/cpuset.h"
#include "plugins/cgroup_v1/hierarchies.h"
#include "plugins/cgroup_v1/limits.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace {

using slipway::Child;
using slipway::Context;
using slipway::Error;
using slipway::Figures;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
using slipway::cgroup_v1::Hierarchy;
namespace cgroup = slipway::cgroup;
namespace sys = slipway::sys;

constexpr std::string_view kUseV2 = "use the stage cgroup-v2";

// Why the v2 hierarchy has what v1 lacks, for the hint of an error; empty: it has it not.
std::string OnUnified(const cgroup::CgroupMount& unified, std::string_view controller) {
  if (controller == "devices") return "v2 needs none for devices";
  const auto offered = sys::ReadFile(unified.mount_point + "/cgroup.controllers");
  // The same controller under two names.
  const std::string_view name = controller == "blkio" ? "io" : controller;
  if (!offered.ok() || !cgroup::HasWord(*offered, name)) return {};
  return "it is bound to cgroup v2 at " + unified.mount_point;
}

// controller: which is in no v1 hierarchy. All mounts are looked at only where v2 does not explain
// it.
Status RefuseController(cgroup::CgroupMounts& mounts, const std::string& controller,
                        const std::string& option) {
  const std::string operation = "no controller \"" + controller + "\" in ";
  ASSIGN_OR_RETURN(const cgroup::CgroupMount* unified, mounts.Unified());
  const std::string elsewhere = unified ? OnUnified(*unified, controller) : std::string();
  if (!elsewhere.empty()) {
    return NotHere(Error(operation + "cgroup v1", {}, elsewhere), kUseV2).Option(option);
  }
  ASSIGN_OR_RETURN(const std::vector<cgroup::CgroupMount> all, mounts.All());
  const std::string points = cgroup::MountPoints(all, false);
  if (points == "none") {
    return NotHere(Error(operation + "cgroup v1", {},
                         "no v1 hierarchy is mounted; no cgroup v2 mount in reach has it either"))
        .Option(option);
  }
  return NotHere(Error(operation + "the cgroup v1 hierarchies at", points,
                       "no cgroup v2 mount in reach has it either"))
      .Option(option);
}

Status RefuseAll(cgroup::CgroupMounts& mounts) {
  ASSIGN_OR_RETURN(const cgroup::CgroupMount* unified, mounts.Unified());
  return NotHere(Error("no cgroup v1 hierarchy has pids, memory or cpu", {},
                       unified ? "there is cgroup v2 at " + unified->mount_point
                               : "nor is cgroup v2 in /proc/self/mountinfo"),
                 unified ? kUseV2 : "mount a hierarchy first");
}

bool IsRealTime() {
  const int policy = sched_getscheduler(0);
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

class CgroupV1 final : public slipway::Stage, public cgroup::CgroupOptions {
 public:
  using cgroup::CgroupOptions::Options;

  Status Create(Context&) override { return cgroup::CheckCgroupOptions(*this); }

  Status Probe(Context&) override {
    auto located = Locate();
    if (!located.ok()) return cgroup::NotHereByErrno(std::move(located.error()));
    hierarchies_ = std::move(*located);
    return Ok();
  }

  Status PreClone(Plan& plan) override {
    const std::string boot = sys::BootId();
    for (const Hierarchy& hierarchy : hierarchies_) {
      const std::string path =
          cgroup::CgroupDirectory(hierarchy.mount, parent).append("/").append(plan.container_id());
      RETURN_IF_ERROR(cgroup::MakeCgroup(plan, path, boot));
      if (slipway::cgroup_v1::HasCpuset(hierarchy.mount)) {
        RETURN_IF_ERROR(slipway::cgroup_v1::InheritCpuset(path));
      }
      RETURN_IF_ERROR(cgroup::WriteLimits(path, hierarchy.limits));
      const std::string tasks = path + "/tasks";
      ASSIGN_OR_RETURN(sys::Fd file, sys::Open(tasks, O_WRONLY));
      entrances_.push_back({tasks, std::move(file)});
    }
    return Ok();
  }

  // v1 knows no birth into a cgroup: the child moves itself, before it has children. A task that
  // moves itself alone ("0" in tasks, not in cgroup.procs) need not wait until no process of the
  // machine forks or ends; cgroup_procs_write_start() in kernel/cgroup/cgroup.c.
  Status InChild(Child&) override {
    for (const Entrance& entrance : entrances_) {
      Status joined = sys::WriteFile(entrance.file, entrance.path, "0");
      if (joined.ok()) continue;
      if (joined.error()->errno_value == EINVAL && IsRealTime()) {
        joined.error().Hint(
            "a real-time process (chrt) may only be in a cgroup with cpu.rt_runtime_us");
      }
      return joined;
    }
    return Ok();
  }

  Status Report(std::string_view record, Figures& figures) override {
    return cgroup::ReportCgroup(record, figures);
  }

  Status Teardown(std::string_view record, Context&) override { return cgroup::UndoCgroup(record); }

 private:
  // The hierarchies of the controllers. Without `limits` those that there are will do.
  static Result<std::vector<cgroup::CgroupMount>> Find(
      cgroup::CgroupMounts& mounts, const std::vector<std::string>& controllers,
      const std::vector<cgroup::LimitWrite>& limits) {
    std::vector<cgroup::CgroupMount> found;
    for (const std::string& controller : controllers) {
      ASSIGN_OR_RETURN(const cgroup::CgroupMount* mount, mounts.Controller(controller));
      if (mount != nullptr) {
        found.push_back(*mount);
      } else if (!limits.empty()) {
        return RefuseController(mounts, controller, cgroup::OptionOf(limits, controller));
      }
    }
    if (found.empty()) return RefuseAll(mounts);
    return found;
  }

  // Can the container's cgroup be made in this hierarchy?
  Status Check(const cgroup::CgroupMount& mount) const {
    RETURN_IF_ERROR(cgroup::BlameParent(cgroup::CheckParent(mount, parent)));
    return slipway::cgroup_v1::CheckCpuset(mount, *this);
  }

  // The hierarchies that are needed, each with a parent in which a cgroup can be made.
  Result<std::vector<Hierarchy>> Locate() const {
    RETURN_IF_ERROR(cgroup::BlameParent(cgroup::CheckCgroupPath(parent)));
    RETURN_IF_ERROR(slipway::cgroup_v1::CheckLimits(*this));
    ASSIGN_OR_RETURN(const cgroup::CgroupOptions resolved, cgroup::ResolveDevices(*this));
    const std::vector<cgroup::LimitWrite> limits = slipway::cgroup_v1::Limits(resolved);
    std::vector<std::string> controllers = cgroup::ControllersOf(limits);
    // Without a limit the cgroups still hold the container together: what is left gets killed.
    if (controllers.empty()) controllers = {"pids", "memory", "cpu"};
    cgroup::CgroupMounts mounts;
    ASSIGN_OR_RETURN(const std::vector<cgroup::CgroupMount> found,
                     Find(mounts, controllers, limits));
    std::vector<Hierarchy> hierarchies =
        slipway::cgroup_v1::FindHierarchies(found, controllers, limits);
    for (const Hierarchy& hierarchy : hierarchies) RETURN_IF_ERROR(Check(hierarchy.mount));
    // Last, so that its undo records come back first: nothing forks while all are killed. It is
    // no more than a help, so a machine without it will do.
    for (const char* controller : {"pids", "freezer"}) {
      ASSIGN_OR_RETURN(const cgroup::CgroupMount* holder, mounts.Controller(controller));
      if (holder == nullptr) continue;
      const bool checked = std::any_of(
          hierarchies.begin(), hierarchies.end(),
          [holder](const Hierarchy& other) { return other.mount.device == holder->device; });
      if (!checked && !Check(*holder).ok()) continue;
      slipway::cgroup_v1::PutLast(hierarchies, *holder);
      break;
    }
    return hierarchies;
  }

  // Of a cgroup that the child is to join: opened here, where its path means what it says.
  struct Entrance {
    std::string path;
    sys::Fd file;
  };

  std::vector<Hierarchy> hierarchies_;  // found by Probe
  std::vector<Entrance> entrances_;
};

}  // namespace

// Write access to the parent is what it takes, root or not; Probe looks.
SLIPWAY_STAGE(CgroupV1, {.name = "cgroup-v1",
                         .summary = "Its own cgroups, with limits (cgroup v1)",
                         .privileges = SLIPWAY_UNPRIVILEGED,
                         .needs = "root, or a parent cgroup that is delegated to this user",
                         .provides = {"cgroup"}});
