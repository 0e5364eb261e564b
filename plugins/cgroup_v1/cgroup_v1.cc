// Its own cgroups in the v1 hierarchies, with limits. cgroups(7),
// Documentation/admin-guide/cgroup-v1/cgroups.rst, memory.rst, pids.rst, freezer-subsystem.rst,
// Documentation/scheduler/sched-bwc.rst.

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/describe.h"
#include "plugins/cgroup/devices.h"
#include "plugins/cgroup/figures.h"
#include "plugins/cgroup/life.h"
#include "plugins/cgroup/limits.h"
#include "plugins/cgroup/mounts.h"
#include "plugins/cgroup/options.h"
#include "plugins/cgroup/processes.h"
#include "plugins/cgroup/update.h"
#include "plugins/cgroup_v1/cpuset.h"
#include "plugins/cgroup_v1/freeze.h"
#include "plugins/cgroup_v1/hierarchies.h"
#include "plugins/cgroup_v1/limits.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace {

using slipway::Change;
using slipway::Context;
using slipway::Description;
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

  Status Describe(Description& description) override {
    for (const Hierarchy& hierarchy : hierarchies_) {
      RETURN_IF_ERROR(cgroup::DescribeCgroup(
          cgroup::ContainerDirectory(hierarchy.mount, parent, description.container_id()),
          "the container enters it", hierarchy.limits, description));
      if (!slipway::cgroup_v1::HasCpuset(hierarchy.mount)) continue;
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_LIMIT, "cpuset.cpus, cpuset.mems",
                                      "the parent's, where no others are set"));
    }
    return Ok();
  }

  Status PreClone(Plan& plan) override {
    if (plan.operation() == SLIPWAY_EXEC) return Join(plan);
    const std::string boot = sys::BootId();
    for (const Hierarchy& hierarchy : hierarchies_) {
      const std::string path =
          cgroup::ContainerDirectory(hierarchy.mount, parent, plan.container_id());
      RETURN_IF_ERROR(cgroup::MakeCgroup(
          [&plan](std::string_view record) { return plan.RecordUndo(record); }, path, boot));
      if (slipway::cgroup_v1::HasCpuset(hierarchy.mount)) {
        RETURN_IF_ERROR(slipway::cgroup_v1::InheritCpuset(path));
      }
      RETURN_IF_ERROR(cgroup::WriteLimits(path, hierarchy.limits));
      ASSIGN_OR_RETURN(sys::Fd tasks, sys::Open(path + "/tasks", O_WRONLY));
      RETURN_IF_ERROR(Enter(plan, std::move(tasks)));
    }
    return Ok();
  }

  Status Freeze(std::string_view record, bool frozen, Change& change) override {
    return slipway::cgroup_v1::Freeze(record, parent, frozen, change);
  }

  Status Processes(std::string_view record, slipway::ProcessList& list) override {
    return cgroup::ListProcesses(record, list);
  }

  Status Update(std::string_view record, const slipway::Stage& before, Change& change) override {
    ASSIGN_OR_RETURN(const cgroup::CgroupRecord made, cgroup::ParseRecord(record));
    if (made.kind != cgroup::CgroupRecord::Kind::kMade) return Ok();
    RETURN_IF_ERROR(cgroup::CheckCgroupOptions(*this));
    RETURN_IF_ERROR(slipway::cgroup_v1::CheckLimits(*this));
    const auto changed =
        cgroup::ChangedLimits(slipway::cgroup_v1::Limits(static_cast<const CgroupV1&>(before)),
                              slipway::cgroup_v1::Limits(*this));
    std::vector<std::string> directories;
    for (const std::string_view other : change.UndoRecords()) {
      ASSIGN_OR_RETURN(cgroup::CgroupRecord one, cgroup::ParseRecord(other));
      if (one.kind == cgroup::CgroupRecord::Kind::kMade) directories.push_back(one.path);
    }
    RETURN_IF_ERROR(cgroup::CheckFiles(directories, changed));
    return cgroup::ChangeLimits(made.path, changed);
  }

  Status Report(std::string_view record, Figures& figures) override {
    return cgroup::ReportCgroup(record, figures);
  }

  Status Teardown(std::string_view record, Context&) override { return cgroup::UndoCgroup(record); }

 private:
  // v1 knows no birth into a cgroup: the child moves itself.
  Status Enter(Plan& plan, sys::Fd tasks) {
    entrances_.push_back(std::move(tasks));
    return plan.AddCgroupTasks(entrances_.back().get());
  }

  Status Join(Plan& plan) {
    for (const std::string_view record : plan.UndoRecords()) {
      ASSIGN_OR_RETURN(const cgroup::Place place, cgroup::FindRecorded(record));
      if (!place.cgroup.valid()) continue;
      ASSIGN_OR_RETURN(sys::Fd tasks, sys::OpenAt(place.cgroup, "tasks", O_WRONLY, place.name));
      RETURN_IF_ERROR(Enter(plan, std::move(tasks)));
    }
    return Ok();
  }

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

  std::vector<Hierarchy> hierarchies_;  // found by Probe
  std::vector<sys::Fd> entrances_;      // their files "tasks"
};

}  // namespace

// Write access to the parent is what it takes, root or not; Probe looks.
SLIPWAY_STAGE(CgroupV1, {.name = "cgroup-v1",
                         .summary = "Its own cgroups, with limits (cgroup v1)",
                         .privileges = SLIPWAY_UNPRIVILEGED,
                         .joins = SLIPWAY_JOIN_PRE_CLONE,
                         .needs = "root, or a parent cgroup that is delegated to this user",
                         .provides = {"cgroup"}});
