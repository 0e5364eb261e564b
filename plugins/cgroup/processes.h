// Which processes are in a container's cgroup, and in those that it has made inside.

#ifndef SLIPWAY_PLUGINS_CGROUP_PROCESSES_H_
#define SLIPWAY_PLUGINS_CGROUP_PROCESSES_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/place.h"
#include "runtime/sdk/result.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup {

// What is in the file of a cgroup, from its beginning. Nothing, if the cgroup has been removed, or
// is a threaded one of v2, which does not say whose its threads are.
Result<std::string> ReadAll(const sys::Fd& file, const char* name);

// The processes in the cgroup and below it, sorted. A folder that its owner has closed to us hides
// none of the others, and is no error: those below it cannot be this process. `path` names the
// cgroup in an error. 0 is a process of a pid namespace above ours.
Result<std::vector<pid_t>> Processes(const sys::Fd& cgroup, const std::string& path);

// The cgroup of an undo record of life.h; without one, of a record that stands for none, or of a
// cgroup that has gone, its `cgroup` is invalid.
Result<Place> FindRecorded(std::string_view record);

// For the hook Processes: those of the record's cgroup.
Status ListProcesses(std::string_view record, ProcessList& list);

// The cgroup, `top` or one below it, that the process is in.
Result<sys::Fd> CgroupOf(const sys::Fd& top, const std::string& path, pid_t pid);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_PROCESSES_H_
