#include "plugins/cgroup/processes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "plugins/cgroup/life.h"
#include "plugins/cgroup/place.h"
#include "plugins/cgroup/walk.h"

namespace slipway::cgroup {

Result<std::string> ReadAll(const sys::Fd& file, const char* name) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t size = pread(file.get(), buffer, sizeof(buffer), static_cast<off_t>(text.size()));
    if (size == 0 || (size < 0 && (IsGone(errno) || errno == EOPNOTSUPP))) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error(errno, "read the cgroup's file", name);
    text.append(buffer, static_cast<size_t>(size));
  }
}

namespace {

// Those of this one cgroup. 0 is one of a pid namespace above ours.
Status AddProcesses(const sys::Fd& cgroup, std::vector<pid_t>& pids) {
  const sys::Fd file(openat(cgroup.get(), "cgroup.procs", O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return IsGone(errno) ? Ok() : Status(Error(errno, "open the cgroup's file", "cgroup.procs"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadAll(file, "cgroup.procs"));
  for (const char* at = text.c_str(); *at != '\0';) {
    char* end = nullptr;
    const auto pid = static_cast<pid_t>(strtol(at, &end, 10));
    if (end == at) break;
    pids.push_back(pid);
    at = end + (*end == '\n' ? 1 : 0);
  }
  return Ok();
}

}  // namespace

Result<std::vector<pid_t>> Processes(const sys::Fd& cgroup, const std::string& path) {
  std::vector<pid_t> pids;
  const Status seen = WalkCgroups(
      cgroup, path, {.enter = [&pids](const sys::Fd& one) { return AddProcesses(one, pids); }});
  if (!seen.ok() && seen.error()->errno_value != EACCES) return seen;
  std::sort(pids.begin(), pids.end());
  return pids;
}

Result<Place> FindRecorded(std::string_view record) {
  ASSIGN_OR_RETURN(const CgroupRecord cgroup, ParseRecord(record));
  if (cgroup.kind != CgroupRecord::Kind::kMade) return Place{};
  return FindCgroup(cgroup.path, cgroup.inode, cgroup.boot);
}

Status ListProcesses(std::string_view record, ProcessList& list) {
  ASSIGN_OR_RETURN(const Place place, FindRecorded(record));
  if (!place.cgroup.valid()) return Ok();
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, Processes(place.cgroup, place.name));
  for (const pid_t pid : pids) {
    if (pid > 0) RETURN_IF_ERROR(list.Add(pid));
  }
  return Ok();
}

Result<sys::Fd> CgroupOf(const sys::Fd& top, const std::string& path, pid_t pid) {
  sys::Fd found;
  RETURN_IF_ERROR(WalkCgroups(top, path, {.enter = [&](const sys::Fd& one) -> Status {
                                if (found.valid()) return Ok();
                                std::vector<pid_t> pids;
                                RETURN_IF_ERROR(AddProcesses(one, pids));
                                if (std::find(pids.begin(), pids.end(), pid) == pids.end()) {
                                  return Ok();
                                }
                                found = sys::Fd(openat(one.get(), ".", kFolderFlags));
                                return Ok();
                              }}));
  if (!found.valid()) {
    return Error("the container's first process is not in its cgroup", path,
                 "something has moved it");
  }
  return found;
}

}  // namespace slipway::cgroup
