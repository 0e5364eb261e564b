// What the tests of the stage `mount` share.

#ifndef SLIPWAY_PLUGINS_MOUNT_MOUNT_TEST_H_
#define SLIPWAY_PLUGINS_MOUNT_MOUNT_TEST_H_

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace mount_stage {

// A pipeline with these further options of mount.
inline std::string Mount(const std::string& options = "") {
  return "  - pid\n  - mount: {root: root" + options + "}\n  - proc\n";
}

// Runs /bin/sh -c `script` as root of a new user namespace.
inline slipway::testing::RunResult RunInUserNamespace(slipway::testing::ContainerTest& test,
                                                      const std::string& stages,
                                                      const std::string& script) {
  test.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const auto words = test.Argv(test.WriteStages(stages), {"/bin/sh", "-c", script});
  argv.insert(argv.end(), words.begin(), words.end());
  slipway::testing::RunResult result = slipway::testing::RunProgram(argv);
  test.ExpectNothingLeft();
  return result;
}

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_MOUNT_TEST_H_
