// Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst.

#include "plugins/cgroup_v1/freeze.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/freeze.h"
#include "plugins/cgroup/kill.h"
#include "plugins/cgroup/life.h"
#include "plugins/cgroup/mounts.h"
#include "plugins/cgroup/place.h"
#include "plugins/cgroup/processes.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::cgroup_v1 {
namespace {

using cgroup::Place;

constexpr const char* kState = "freezer.state";

Result<bool> IsFreezer(const Place& place) {
  if (faccessat(place.cgroup.get(), kState, F_OK, 0) == 0) return true;
  if (errno == ENOENT) return false;
  return Error(errno, "look for the cgroup's file", kState);
}

Result<const Place*> FindFreezer(const std::vector<Place>& places) {
  for (const Place& place : places) {
    ASSIGN_OR_RETURN(const bool is_freezer, IsFreezer(place));
    if (is_freezer) return &place;
  }
  return nullptr;
}

// The container's cgroups that are there.
Result<std::vector<Place>> Made(const Change& change) {
  std::vector<Place> places;
  for (const std::string_view record : change.UndoRecords()) {
    ASSIGN_OR_RETURN(Place place, cgroup::FindRecorded(record));
    if (place.cgroup.valid()) places.push_back(std::move(place));
  }
  return places;
}

// One of all records does what is to be done once.
Result<bool> IsFirstMade(std::string_view record, const Change& change) {
  for (const std::string_view other : change.UndoRecords()) {
    ASSIGN_OR_RETURN(const cgroup::CgroupRecord one, cgroup::ParseRecord(other));
    if (one.kind == cgroup::CgroupRecord::Kind::kMade) return other == record;
  }
  return false;
}

// A pause that was killed may have made it, and not have come to say so.
Status RemoveUnsaid(const std::string& path, const Change& change) {
  std::string_view last;
  for (const std::string_view record : change.UndoRecords()) {
    ASSIGN_OR_RETURN(const cgroup::CgroupRecord one, cgroup::ParseRecord(record));
    if (one.path == path) last = one.kind == cgroup::CgroupRecord::Kind::kIntend ? record : "";
  }
  return last.empty() ? Ok() : cgroup::UndoCgroup(last);
}

Result<sys::Fd> MakeFreezer(const std::string& parent, Change& change) {
  cgroup::CgroupMounts mounts;
  ASSIGN_OR_RETURN(const cgroup::CgroupMount* mount, mounts.Controller("freezer"));
  if (mount == nullptr) {
    return Error("no cgroup v1 hierarchy has the controller \"freezer\"", {},
                 "a container of the stage cgroup-v2 can be paused without it");
  }
  RETURN_IF_ERROR(cgroup::CheckParent(*mount, parent));
  const std::string path =
      cgroup::CgroupDirectory(*mount, parent).append("/").append(change.container_id());
  RETURN_IF_ERROR(RemoveUnsaid(path, change));
  return cgroup::MakeCgroup(
      [&change](std::string_view record) { return change.RecordUndo(record); }, path,
      sys::BootId());
}

// A process that has ended meanwhile is as good as moved. False: all were there already.
Result<bool> MoveAll(const std::vector<pid_t>& from, const sys::Fd& freezer) {
  ASSIGN_OR_RETURN(const std::vector<pid_t> there, cgroup::Processes(freezer, "freezer"));
  const sys::Fd procs(openat(freezer.get(), "cgroup.procs", O_WRONLY | O_CLOEXEC));
  if (!procs.valid()) return Error(errno, "open the cgroup's file", "cgroup.procs");
  bool moved = false;
  for (const pid_t pid : from) {
    if (pid <= 0 || std::binary_search(there.begin(), there.end(), pid)) continue;
    const std::string text = std::to_string(pid);
    if (write(procs.get(), text.data(), text.size()) < 0 && errno != ESRCH) {
      return Error(errno, "move a process of the container to the freezer", text);
    }
    moved = true;
  }
  return moved;
}

// What is moved into a frozen cgroup freezes, so that what it could fork gets fewer each time.
Status FreezeAll(const std::vector<Place>& places, const sys::Fd& freezer) {
  const auto deadline = cgroup::Clock::now() + cgroup::kCgroupPatience;
  (void)cgroup::FreezeV1(freezer, cgroup::Clock::now());
  for (bool moved = true; moved;) {
    ASSIGN_OR_RETURN(const std::vector<pid_t> pids,
                     cgroup::Processes(places.front().cgroup, places.front().name));
    ASSIGN_OR_RETURN(moved, MoveAll(pids, freezer));
    if (moved && cgroup::Left(deadline).count() == 0) {
      return Error("the container makes processes faster than they can be paused");
    }
  }
  (void)cgroup::FreezeV1(freezer, deadline);
  ASSIGN_OR_RETURN(const sys::Fd state, sys::OpenAt(freezer, kState, O_RDONLY, kState));
  ASSIGN_OR_RETURN(const std::string text, cgroup::ReadAll(state, kState));
  if (text.starts_with("FROZEN")) return Ok();
  return Error("the container does not come to rest", {}, "a process waits for a disk or a server");
}

}  // namespace

Status Freeze(std::string_view record, const std::string& parent, bool frozen, Change& change) {
  ASSIGN_OR_RETURN(const bool first, IsFirstMade(record, change));
  if (!first) return Ok();
  ASSIGN_OR_RETURN(const std::vector<Place> places, Made(change));
  if (places.empty()) return Error("the container's cgroups have gone");
  ASSIGN_OR_RETURN(const Place* const known, FindFreezer(places));
  if (known == nullptr && !frozen) return Ok();
  sys::Fd made;
  if (known == nullptr) {
    ASSIGN_OR_RETURN(made, MakeFreezer(parent, change));
  }
  const sys::Fd& freezer = known == nullptr ? made : known->cgroup;
  if (!frozen) return cgroup::ThawV1(freezer, "freezer");
  Status status = FreezeAll(places, freezer);
  if (!status.ok()) (void)cgroup::ThawV1(freezer, "freezer").ok();
  return status;
}

}  // namespace slipway::cgroup_v1
