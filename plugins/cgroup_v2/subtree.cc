// Documentation/admin-guide/cgroup-v2.rst: "Enabling and Disabling", "No Internal Process
// Constraint", "Delegation Containment", "Threads".

#include "plugins/cgroup_v2/subtree.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::cgroup_v2 {
namespace {

constexpr const char* kBusy =
    "it holds processes itself, so it can pass no controller on (\"No Internal Process "
    "Constraint\" of cgroup v2): move them into a cgroup below it, or choose another parent";
constexpr const char* kNotOurs =
    "enabling a controller there needs root; or choose a parent that has it enabled and is "
    "delegated to this user";

bool MayWrite(const std::string& path) {
  return faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

// Only the root of the hierarchy has no cgroup.type, and is free of the constraint.
bool HoldsProcesses(const std::string& directory) {
  if (!sys::ReadFile(directory + "/cgroup.type").ok()) return false;
  const Result<std::string> processes = sys::ReadFile(directory + "/cgroup.procs");
  return processes.ok() && !(*processes).empty();
}

}  // namespace

std::vector<std::string> Directories(const cgroup::CgroupMount& mount, std::string_view path) {
  std::vector<std::string> directories = {mount.mount_point};
  for (std::string_view name : cgroup::Split(path, "/")) {
    directories.push_back(std::string(directories.back()).append("/").append(name));
  }
  return directories;
}

std::vector<EnableWrite> EnableWrites(const std::vector<Level>& levels,
                                      const std::vector<std::string>& controllers) {
  std::vector<EnableWrite> writes;
  for (const Level& level : levels) {
    std::string value;
    for (const std::string& controller : controllers) {
      if (cgroup::HasWord(level.subtree_control, controller)) continue;
      value += value.empty() ? "+" : " +";
      value += controller;
    }
    if (!value.empty()) writes.push_back({level.directory, std::move(value)});
  }
  return writes;
}

std::string_view UnifiedPath(std::string_view proc_cgroup) {
  for (std::string_view line : cgroup::Split(proc_cgroup, "\n")) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

std::string CommonAncestor(std::string_view one, std::string_view other) {
  const std::vector<std::string_view> names = cgroup::Split(one, "/");
  const std::vector<std::string_view> others = cgroup::Split(other, "/");
  std::string path;
  for (size_t i = 0; i < names.size() && i < others.size() && names[i] == others[i]; ++i) {
    path.append("/").append(names[i]);
  }
  return path.empty() ? "/" : path;
}

Result<std::vector<EnableWrite>> FindEnableWrites(const cgroup::CgroupMount& mount,
                                                  const std::string& parent,
                                                  const std::vector<std::string>& controllers) {
  std::vector<Level> levels;
  if (controllers.empty()) return std::vector<EnableWrite>();
  for (const std::string& directory : Directories(mount, parent)) {
    ASSIGN_OR_RETURN(std::string enabled, sys::ReadFile(directory + "/cgroup.subtree_control"));
    levels.push_back({directory, std::move(enabled)});
  }
  return EnableWrites(levels, controllers);
}

Status CheckWrites(const std::vector<EnableWrite>& writes) {
  for (const EnableWrite& write : writes) {
    const std::string file = write.directory + "/cgroup.subtree_control";
    if (!MayWrite(file)) {
      return Error(errno, "write " + write.value + " to", file, errno == EACCES ? kNotOurs : "");
    }
    if (HoldsProcesses(write.directory)) {
      return Error(EBUSY, "write " + write.value + " to", file, kBusy);
    }
  }
  return Ok();
}

Status CheckBirth(const cgroup::CgroupMount& mount, const std::string& parent) {
  const std::string directory = cgroup::CgroupDirectory(mount, parent);
  const Result<std::string> type = sys::ReadFile(directory + "/cgroup.type");
  if (type.ok() && *type != "domain\n") {
    return Error(EOPNOTSUPP, "start in a cgroup below", directory,
                 "its cgroup.type is not \"domain\" but \"" +
                     (*type).substr(0, (*type).find('\n')) + "\": choose another parent");
  }
  // Whoever moves a process, or gives birth to one, needs to write the cgroup.procs of the cgroup
  // that is above both places. Paths can be compared only below the hierarchy's own root.
  if (mount.root != "/") return Ok();
  ASSIGN_OR_RETURN(const std::string own, sys::ReadFile("/proc/self/cgroup"));
  const std::string common = CommonAncestor(UnifiedPath(own), parent);
  const std::string file = cgroup::CgroupDirectory(mount, common) + "/cgroup.procs";
  if (faccessat(AT_FDCWD, file.c_str(), F_OK, AT_EACCESS) == 0 && !MayWrite(file)) {
    return Error(EACCES, "start in a cgroup below", directory,
                 "this process is in the cgroup " + std::string(UnifiedPath(own)) +
                     ", and may not write " + file + ": start it inside the delegated cgroup");
  }
  return Ok();
}

Status Enable(const EnableWrite& write) {
  const std::string file = write.directory + "/cgroup.subtree_control";
  Status written = sys::WriteFile(file, write.value);
  if (written.ok()) return written;
  CopyText(written.error()->operation, "write " + write.value + " to");
  if (written.error()->errno_value == EBUSY) written.error().Hint(kBusy);
  if (written.error()->errno_value == EACCES) written.error().Hint(kNotOurs);
  return written;
}

}  // namespace slipway::cgroup_v2
