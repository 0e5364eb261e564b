// Documentation/admin-guide/cgroup-v1/cpusets.rst.

#include "plugins/cgroup_v1/cpuset.h"

#include <algorithm>

#include "plugins/cgroup/life.h"
#include "plugins/cgroup/limits.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup_v1 {
namespace {

constexpr const char* kFiles[] = {"cpuset.cpus", "cpuset.mems"};

}  // namespace

bool HasCpuset(const cgroup::CgroupMount& mount) {
  return std::find(mount.options.begin(), mount.options.end(), "cpuset") != mount.options.end();
}

Status CheckCpuset(const cgroup::CgroupMount& mount, const cgroup::CgroupOptions& options) {
  if (!HasCpuset(mount)) return Ok();
  const std::string directory = cgroup::CgroupDirectory(mount, options.parent) + "/";
  for (const char* file : kFiles) {
    ASSIGN_OR_RETURN(const std::string there, sys::ReadFile(directory + file));
    if (there.find_first_not_of('\n') != std::string::npos) continue;
    return Error("nothing to inherit in", directory + file,
                 "write there first what the cgroup above it has, or choose another parent")
        .Option("parent");
  }
  if (options.cpuset_cpus) {
    RETURN_IF_ERROR(
        cgroup::CheckIdsAreThere("cpuset.cpus", *options.cpuset_cpus, directory + "cpuset.cpus"));
  }
  if (!options.cpuset_mems) return Ok();
  return cgroup::CheckIdsAreThere("cpuset.mems", *options.cpuset_mems, directory + "cpuset.mems");
}

Status InheritCpuset(const std::string& directory) {
  const std::string parent = directory.substr(0, directory.rfind('/') + 1);
  for (const char* file : kFiles) {
    ASSIGN_OR_RETURN(std::string ids, sys::ReadFile(parent + file));
    ids.resize(std::min(ids.find('\n'), ids.size()));
    RETURN_IF_ERROR(cgroup::WriteLimit(directory, {"cpuset", file, std::move(ids)}));
  }
  return Ok();
}

}  // namespace slipway::cgroup_v1
