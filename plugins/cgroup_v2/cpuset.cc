// Documentation/admin-guide/cgroup-v2.rst, "Cpuset Interface Files".

#include "plugins/cgroup_v2/cpuset.h"

#include "plugins/cgroup/life.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup_v2 {

Status CheckCpuset(const cgroup::CgroupMount& mount, const cgroup::CgroupOptions& options) {
  const std::string directory = cgroup::CgroupDirectory(mount, options.parent);
  if (options.cpuset_cpus) {
    RETURN_IF_ERROR(cgroup::CheckIdsAreThere("cpuset.cpus", *options.cpuset_cpus,
                                             directory + "/cpuset.cpus.effective"));
  }
  if (!options.cpuset_mems) return Ok();
  return cgroup::CheckIdsAreThere("cpuset.mems", *options.cpuset_mems,
                                  directory + "/cpuset.mems.effective");
}

Status CheckPartition(const std::string& directory, const cgroup::CgroupOptions& options) {
  if (!options.cpuset_partition) return Ok();
  const std::string file = directory + "/cpuset.cpus.partition";
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(file));
  return CheckPartitionText(text, file);
}

Status CheckPartitionText(std::string_view text, const std::string& file) {
  const size_t invalid = text.find(" invalid");
  if (invalid == std::string_view::npos) return Ok();
  std::string reason(text.substr(0, text.find('\n')));
  return Error("not a valid partition", file,
               "the kernel says: " + reason +
                   "; the parent must be a partition root or have the CPUs to give away")
      .Option("cpuset.partition");
}

}  // namespace slipway::cgroup_v2
