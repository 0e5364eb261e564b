// Namespaces that stages of plugins/ make, as a further command and a user namespace have them.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/namespace_test.h"

namespace slipway::testing {
namespace {

constexpr char kRoot[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kUser[] = "  - good-user-namespace\n";

class NamespaceStages : public NamespaceTest {
 protected:
  // Is a further command in the namespace of this kind that the container has, and that is not the
  // test's own?
  void ExpectFurtherCommandIn(const std::string& kind) {
    const RunResult result = Later({"exec", id(), "/bin/readlink", "/proc/self/ns/" + kind});
    EXPECT_EQ(result.out, Namespace(kind) + "\n") << result.err;
    EXPECT_NE(Namespace(kind), std::filesystem::read_symlink("/proc/self/ns/" + kind).string());
  }
};

TEST_F(NamespaceStages, IpcIsAFurtherCommandsToo) {
  StartPod(std::string("  - ipc\n") + kRoot);
  ExpectFurtherCommandIn("ipc");
}

TEST_F(NamespaceStages, IpcWorksInAUserNamespace) {
  const RunResult result =
      Run(std::string(kUser) + "  - ipc\n" + kRoot, "wc -l < /proc/sysvipc/shm");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

}  // namespace
}  // namespace slipway::testing
