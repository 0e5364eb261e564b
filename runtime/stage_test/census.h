// What a container leaves behind on the machine: nothing, if its stages are right.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_CENSUS_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_CENSUS_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::stage_test {

// Once, before the first case: orphans come to this process from now on and, where it may, it gets
// a mount namespace of its own, in which nobody else mounts anything.
void PrepareCensus();

// Where filesystems of this type are mounted.
std::vector<std::string> MountPointsOf(std::string_view type);

// Each says in words what is left, takes it away, and says where it could not.
class Census {
 public:
  Census();  // what there is before

  // Processes that have come to this one and do not end within a second.
  std::vector<std::string> TakeProcesses() const;

  // Mounts that have come, or have gone.
  std::vector<std::string> TakeMounts() const;

  // Cgroups that are called like the container.
  static std::vector<std::string> TakeCgroups(const std::string& id);

  // Containers in the state folder. They are left as they are.
  static std::vector<std::string> Containers(const std::string& state);

 private:
  std::vector<std::string> mounts_;
  std::set<pid_t> children_;
};

// Removes a folder with all that is in it; not where something is mounted below it, which would be
// emptied.
Status RemoveFolder(const std::string& path);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_CENSUS_H_
