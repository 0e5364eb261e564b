// Namespaces that stages of plugins/ make, as a further command and a user namespace have them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "tests/namespace_test.h"

namespace slipway::testing {
namespace {

constexpr char kRoot[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kUser[] = "  - good-user-namespace\n";
constexpr char kCgroup[] =
    "  - first-of:\n      - cgroup-v2: {pids.max: 20}\n      - cgroup-v1: {pids.max: 20}\n";

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

// Each line of /proc/self/cgroup, such as "8:pids:/".
void ExpectRoots(const RunResult& result) {
  EXPECT_EQ(result.status, 0) << result.err;
  std::istringstream lines(result.out);
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line.ends_with(":/")) << line;
  }
  EXPECT_GT(count, 0u);
}

TEST_F(NamespaceStages, IpcIsAFurtherCommandsToo) {
  StartPod(std::string("  - ipc\n") + kRoot);
  ExpectFurtherCommandIn("ipc");
}

TEST_F(NamespaceStages, IpcWorksInAUserNamespace) {
  const RunResult result =
      Run(std::string(kUser) + "  - ipc\n" + kRoot, "wc -l < /proc/sysvipc/shm");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST_F(NamespaceStages, TimeIsAFurtherCommandsToo) {
  if (access("/proc/self/ns/time", F_OK) != 0) GTEST_SKIP() << "this kernel has none";
  StartPod(std::string("  - time: {boottime: 100h}\n") + kRoot);
  ExpectFurtherCommandIn("time");
  const double before = std::atof(ReadText("/proc/uptime").c_str());
  const RunResult result = Later({"exec", id(), "/bin/cat", "/proc/uptime"});
  EXPECT_GE(std::atof(result.out.c_str()), before + 360'000) << result.err;
}

TEST_F(NamespaceStages, TimeWorksInAUserNamespace) {
  if (access("/proc/self/ns/time", F_OK) != 0) GTEST_SKIP() << "this kernel has none";
  const RunResult result =
      Run(std::string(kUser) + "  - time: {monotonic: -1.5s, boottime: 1h}\n" + kRoot,
          "while read a b c; do echo $a $b $c; done < /proc/self/timens_offsets");
  EXPECT_EQ(result.out, "monotonic -2 500000000\nboottime 3600 0\n") << result.err;
}

TEST_F(NamespaceStages, CgroupNamespaceIsAFurtherCommandsToo) {
  StartPod(std::string("  - cgroup-namespace\n") + kCgroup + kRoot);
  ExpectFurtherCommandIn("cgroup");
  ExpectRoots(Later({"exec", id(), "/bin/cat", "/proc/self/cgroup"}));
}

TEST_F(NamespaceStages, CgroupNamespaceWorksInAUserNamespace) {
  ExpectRoots(Run(std::string(kUser) + "  - cgroup-namespace\n" + kCgroup + kRoot,
                  "cat /proc/self/cgroup"));
}

}  // namespace
}  // namespace slipway::testing
