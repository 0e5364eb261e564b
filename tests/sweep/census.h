// What a container could leave behind, looked at so cheaply that it can be done after each of
// thousands of runs: processes and zombies (this process is their subreaper), mounts, cgroups of
// the container's name, files. A namespace lives on in a process, a mount or a descriptor alone
// (namespaces(7)), so that none is left where none of these is.

#ifndef SLIPWAY_TESTS_SWEEP_CENSUS_H_
#define SLIPWAY_TESTS_SWEEP_CENSUS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace slipway::testing {

// A mount namespace with a /tmp of its own, which becomes the tests' folder too: so whatever
// appears in /tmp is ours. What lies there of the clone and of Bazel's files stays in sight. Called
// once, before the first container.
void EnterOwnTmp();

class Census {
 public:
  // What is there now is what belongs there.
  Census();

  // What the container `id` has left, one line for each; and takes it away, so that the next run
  // begins clean. Processes get a moment to end in: a cgroup is empty, or a pid namespace's first
  // process reaped, a little before the last process is a zombie.
  std::vector<std::string> TakeResidue(const std::string& id) const;

  // Each cgroup of the machine whose name begins with `prefix`.
  static std::vector<std::string> CgroupsOf(const std::string& prefix);

 private:
  std::string mounts_;
  std::vector<std::string> cgroup_mounts_;
  std::vector<std::string> files_;
  std::vector<pid_t> children_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_CENSUS_H_
