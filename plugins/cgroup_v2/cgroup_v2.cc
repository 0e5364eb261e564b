// Its own cgroup in the v2 hierarchy, with limits; the child is born in it. cgroups(7), clone(2)
// (CLONE_INTO_CGROUP), Documentation/admin-guide/cgroup-v2.rst.

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/describe.h"
#include "plugins/cgroup/devices.h"
#include "plugins/cgroup/figures.h"
#include "plugins/cgroup/freeze.h"
#include "plugins/cgroup/kill.h"
#include "plugins/cgroup/life.h"
#include "plugins/cgroup/limits.h"
#include "plugins/cgroup/mounts.h"
#include "plugins/cgroup/options.h"
#include "plugins/cgroup/processes.h"
#include "plugins/cgroup/update.h"
#include "plugins/cgroup_v2/cpuset.h"
#include "plugins/cgroup_v2/device_program.h"
#include "plugins/cgroup_v2/limits.h"
#include "plugins/cgroup_v2/subtree.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

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
namespace cgroup = slipway::cgroup;
namespace sys = slipway::sys;
namespace cgroup_v2 = slipway::cgroup_v2;

// The same controller has two names.
std::string NameOnV1(const std::string& controller) {
  return controller == "io" ? "blkio" : controller;
}

constexpr std::string_view kUseV1 = "use the stage cgroup-v1";

std::string BoundToV1(const std::string& place) { return "it is bound to cgroup v1 at " + place; }

// Before the v2 hierarchy is looked for, which takes long where it is not at its usual place: none
// can offer these.
Status RefuseThoseOnV1(const std::vector<cgroup::LimitWrite>& limits,
                       const std::vector<std::string>& controllers) {
  for (const std::string& controller : controllers) {
    const std::string place = cgroup::UsualPlaceOnV1(NameOnV1(controller));
    if (place.empty()) continue;
    return NotHere(Error("no controller \"" + controller + "\" in cgroup v2", {}, BoundToV1(place)),
                   kUseV1)
        .Option(cgroup::OptionOf(limits, controller));
  }
  return Ok();
}

Result<cgroup::CgroupMount> FindHierarchy(cgroup::CgroupMounts& mounts) {
  ASSIGN_OR_RETURN(const cgroup::CgroupMount* mount, mounts.Unified());
  if (mount != nullptr) return *mount;
  ASSIGN_OR_RETURN(const std::vector<cgroup::CgroupMount> all, mounts.All());
  const std::string points = cgroup::MountPoints(all, false);
  if (points == "none") {
    return NotHere(
        Error("no cgroup hierarchy is mounted", {}, "neither v2 nor v1 is in /proc/self/mountinfo"),
        "mount cgroup2 first");
  }
  return NotHere(
      Error("no cgroup v2 hierarchy is mounted", {}, "there are v1 hierarchies at " + points),
      kUseV1);
}

Status CheckControllers(cgroup::CgroupMounts& mounts, const cgroup::CgroupMount& mount,
                        const std::vector<cgroup::LimitWrite>& limits,
                        const std::vector<std::string>& controllers) {
  if (controllers.empty()) return Ok();
  ASSIGN_OR_RETURN(const std::string offered,
                   sys::ReadFile(mount.mount_point + "/cgroup.controllers"));
  for (const std::string& controller : controllers) {
    if (cgroup::HasWord(offered, controller)) continue;
    ASSIGN_OR_RETURN(const cgroup::CgroupMount* elsewhere, mounts.Controller(NameOnV1(controller)));
    return NotHere(Error("no controller \"" + controller + "\" at", mount.mount_point,
                         elsewhere ? BoundToV1(elsewhere->mount_point)
                                   : "no cgroup v1 mount in reach has it either: the kernel lacks "
                                     "it, or a cgroup above this mount does not pass it on"),
                   elsewhere ? kUseV1 : "")
        .Option(cgroup::OptionOf(limits, controller));
  }
  return Ok();
}

class CgroupV2 final : public slipway::Stage, public cgroup::CgroupOptions {
 public:
  using cgroup::CgroupOptions::Options;

  Status Create(Context&) override { return cgroup::CheckCgroupOptions(*this); }

  Status Probe(Context&) override {
    Status found = Find();
    return found.ok() ? Ok() : Status(cgroup::NotHereByErrno(std::move(found.error())));
  }

  Status Describe(Description& description) override {
    for (const cgroup_v2::EnableWrite& write : site_.enable) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_CGROUP, write.directory,
                                      "passes on controllers from then on: " + write.value));
    }
    const std::string path =
        cgroup::ContainerDirectory(site_.mount, parent, description.container_id());
    RETURN_IF_ERROR(
        cgroup::DescribeCgroup(path, "the container is born in it", site_.limits, description));
    if (!site_.device_program.valid()) return Ok();
    return description.Add(SLIPWAY_EFFECT_LIMIT, "devices", cgroup::DevicesText(*devices));
  }

  // A controller stays enabled afterwards: others below the same parent may use it by then.
  Status PreClone(Plan& plan) override {
    if (plan.operation() == SLIPWAY_EXEC) return Join(plan);
    for (const cgroup_v2::EnableWrite& write : site_.enable) {
      RETURN_IF_ERROR(cgroup_v2::Enable(write));
    }
    const std::string path = cgroup::ContainerDirectory(site_.mount, parent, plan.container_id());
    ASSIGN_OR_RETURN(
        cgroup_,
        cgroup::MakeCgroup([&plan](std::string_view record) { return plan.RecordUndo(record); },
                           path, {}));
    RETURN_IF_ERROR(cgroup::WriteLimits(path, site_.limits));
    if (site_.device_program.valid()) {
      Status attached = cgroup_v2::AttachDeviceProgram(cgroup_, site_.device_program);
      if (!attached.ok()) return attached.error().Option("devices");
    }
    RETURN_IF_ERROR(cgroup_v2::CheckPartition(path, *this));
    return plan.SetCgroup(cgroup_.get());
  }

  Status Freeze(std::string_view record, bool frozen, Change&) override {
    ASSIGN_OR_RETURN(const cgroup::Place place, cgroup::FindRecorded(record));
    if (!place.cgroup.valid()) return Ok();
    return cgroup::FreezeV2(place.cgroup, place.name, frozen,
                            cgroup::Clock::now() + cgroup::kCgroupPatience);
  }

  Status Processes(std::string_view record, slipway::ProcessList& list) override {
    return cgroup::ListProcesses(record, list);
  }

  Status Update(std::string_view record, const slipway::Stage& before, Change&) override {
    ASSIGN_OR_RETURN(const cgroup::CgroupRecord made, cgroup::ParseRecord(record));
    if (made.kind != cgroup::CgroupRecord::Kind::kMade) return Ok();
    RETURN_IF_ERROR(cgroup::CheckCgroupOptions(*this));
    RETURN_IF_ERROR(cgroup_v2::CheckLimits(*this));
    const auto changed = cgroup::ChangedLimits(
        cgroup_v2::Limits(static_cast<const CgroupV2&>(before)), cgroup_v2::Limits(*this));
    RETURN_IF_ERROR(cgroup::CheckFiles({made.path}, changed));
    return cgroup::ChangeLimits(made.path, changed);
  }

  Status Report(std::string_view record, Figures& figures) override {
    return cgroup::ReportCgroup(record, figures);
  }

  Status Teardown(std::string_view record, Context&) override { return cgroup::UndoCgroup(record); }

 private:
  // A further process is born where the first one is: the container may have made cgroups inside
  // its own, which then takes no process itself.
  Status Join(Plan& plan) {
    for (const std::string_view record : plan.UndoRecords()) {
      ASSIGN_OR_RETURN(const cgroup::Place place, cgroup::FindRecorded(record));
      if (!place.cgroup.valid()) continue;
      ASSIGN_OR_RETURN(cgroup_, cgroup::CgroupOf(place.cgroup, place.name, plan.FirstProcess()));
      return plan.SetCgroup(cgroup_.get());
    }
    return Error("the container's cgroup has gone", {}, "something has removed it");
  }

  Status Find() {
    ASSIGN_OR_RETURN(site_, Locate());
    RETURN_IF_ERROR(cgroup::BlameParent(cgroup_v2::CheckWrites(site_.enable)));
    return cgroup::BlameParent(cgroup_v2::CheckBirth(site_.mount, parent));
  }

  // Where the cgroup is to be made, and what is to be written.
  struct Site {
    cgroup::CgroupMount mount;
    std::vector<cgroup::LimitWrite> limits;
    std::vector<cgroup_v2::EnableWrite> enable;
    sys::Fd device_program;  // in the kernel, not yet attached; if devices are limited
  };

  Result<Site> Locate() const {
    RETURN_IF_ERROR(cgroup::BlameParent(cgroup::CheckCgroupPath(parent)));
    cgroup::CgroupMounts mounts;
    Site site;
    RETURN_IF_ERROR(cgroup_v2::CheckLimits(*this));
    ASSIGN_OR_RETURN(const cgroup::CgroupOptions resolved, cgroup::ResolveDevices(*this));
    site.limits = cgroup_v2::Limits(resolved);
    const std::vector<std::string> controllers = cgroup::ControllersOf(site.limits);
    RETURN_IF_ERROR(RefuseThoseOnV1(site.limits, controllers));
    ASSIGN_OR_RETURN(site.mount, FindHierarchy(mounts));
    RETURN_IF_ERROR(CheckControllers(mounts, site.mount, site.limits, controllers));
    RETURN_IF_ERROR(cgroup::BlameParent(cgroup::CheckParent(site.mount, parent)));
    RETURN_IF_ERROR(cgroup_v2::CheckCpuset(site.mount, *this));
    if (resolved.devices) {
      ASSIGN_OR_RETURN(const auto program, cgroup_v2::DeviceProgram(*resolved.devices));
      Result<sys::Fd> loaded = cgroup_v2::LoadDeviceProgram(program);
      if (!loaded.ok()) return loaded.error().Option("devices");
      site.device_program = std::move(*loaded);
    }
    ASSIGN_OR_RETURN(site.enable, cgroup_v2::FindEnableWrites(site.mount, parent, controllers));
    return site;
  }

  Site site_;  // found by Probe
  sys::Fd cgroup_;
};

}  // namespace

// Write access to the parent is what it takes, root or not; Probe looks.
SLIPWAY_STAGE(CgroupV2, {.name = "cgroup-v2",
                         .summary = "Its own cgroup, with limits (cgroup v2)",
                         .privileges = SLIPWAY_UNPRIVILEGED,
                         .joins = SLIPWAY_JOIN_PRE_CLONE,
                         .needs = "root, or a parent cgroup that is delegated to this user",
                         .provides = {"cgroup"}});
