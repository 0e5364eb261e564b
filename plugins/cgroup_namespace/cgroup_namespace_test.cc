#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "plugins/cgroup/fixture.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/host.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

constexpr char kRoot[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kOwn[] = "  - cgroup-namespace\n";
constexpr char kV1[] = "  - cgroup-v1: {pids.max: 20}\n";
constexpr char kV2[] = "  - cgroup-v2\n";
constexpr char kShow[] = "cat /proc/self/cgroup";

// "8:pids:/" for each hierarchy, and "0::/".
void ExpectRoots(const RunResult& result) {
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out, "");
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.ends_with(":/")) << line;
  }
}

class CgroupNamespace : public slipway::cgroup::testing::CgroupTest {
 protected:
  // In front of the stages that make cgroups, and behind them.
  void ExpectRootsInBothOrders(const std::string& cgroups) {
    ExpectRoots(ContainerTest().RunScript(kRoot + cgroups + kOwn, kShow));
    ExpectRoots(ContainerTest().RunScript(kOwn + cgroups + kRoot, kShow));
  }
};

TEST_F(CgroupNamespace, HasTheCgroupsOfV1AsItsRoot) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult without = ContainerTest().RunScript(std::string(kRoot) + kV1, kShow);
  EXPECT_NE(without.out.find(":pids:/"), std::string::npos);
  EXPECT_EQ(without.out.find(":pids:/\n"), std::string::npos) << without.out;
  ExpectRootsInBothOrders(kV1);
}

TEST_F(CgroupNamespace, HasTheCgroupOfV2AsItsRoot) {
  NeedV2();
  if (IsSkipped()) return;
  const RunResult without = ContainerTest().RunScript(std::string(kRoot) + kV2, kShow);
  EXPECT_NE(without.out.find("0::/"), std::string::npos);
  EXPECT_EQ(without.out.find("0::/\n"), std::string::npos) << without.out;
  ExpectRootsInBothOrders(kV2);
}

TEST_F(CgroupNamespace, HasThoseOfBothVersionsAsItsRoot) {
  NeedV1({"pids"});
  NeedV2();
  if (IsSkipped()) return;
  ExpectRootsInBothOrders(std::string(kV1) + kV2);
}

TEST_F(CgroupNamespace, HasTheCallersCgroupsWithoutStagesOfThem) {
  ExpectRoots(ContainerTest().RunScript(std::string(kRoot) + kOwn, kShow));
}

// mountinfo shows which folder of the hierarchy is at the mount's top.
TEST_F(CgroupNamespace, ACgroupFilesystemShowsTheContainersOwn) {
  NeedV2();
  if (IsSkipped()) return;
  const RunResult result = ContainerTest().RunScript(
      std::string(kRoot) + kV2 + kOwn,
      "mount -t cgroup2 cgroup2 /tmp && cat /tmp/cgroup.procs | grep -c . && "
      "grep ' /tmp ' /proc/self/mountinfo | cut -d' ' -f4");
  EXPECT_TRUE(result.out.ends_with("\n/\n")) << result.out << result.err;
  EXPECT_FALSE(result.out.starts_with("0")) << result.out;
}

TEST_F(CgroupNamespace, IsNotHereWhereTheKernelHasNoSuchNamespaces) {
  const ContainerTest test;
  const slipway::Status probed = slipway::testing::ProbeInRoot(
      slipway::testing::Runfile("plugins/cgroup_namespace/libcgroup_namespace_stage.so"),
      test.folder());
  ASSERT_FALSE(probed.ok());
  EXPECT_TRUE(probed.error()->not_here);
  EXPECT_STREQ(probed.error()->operation, "this kernel has no cgroup namespaces");
}

TEST_F(CgroupNamespace, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan(kOwn);
  EXPECT_NE(plan.out.find("  namespace  cgroup  a new one; the container's cgroups are its root\n"),
            std::string::npos)
      << plan.out << plan.err;
}

}  // namespace
