#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "plugins/cgroup/fixture.h"
#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::Running;
using slipway::testing::RunResult;

std::string Stages(const std::string& options) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - cgroup-v2: {" + options + "}\n";
}

class CgroupV2 : public slipway::cgroup::testing::CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    NeedV2();
  }
};

// Limits, on a machine whose v2 hierarchy has controllers.
class CgroupV2Limits : public CgroupV2 {
 protected:
  void SetUp() override {
    CgroupV2::SetUp();
    NeedV2({"pids", "memory", "cpu"});
  }
};

TEST_F(CgroupV2, TellsWhatItWouldDo) {
  ContainerTest test;
  const RunResult plan = test.Plan("  - cgroup-v2: {parent: /, devices: [/dev/null:rw, '*:r']}\n");
  EXPECT_NE(plan.out.find("  cgroup     " + v2() +
                          "/ID  a new one; the container is born in it\n"
                          "  limit      devices "),
            std::string::npos)
      << plan.out << plan.err;
  EXPECT_NE(plan.out.find("  /dev/null rw, * r; no others\n"), std::string::npos) << plan.out;
  EXPECT_NE(access((v2() + "/ID").c_str(), F_OK), 0);
}

TEST_F(CgroupV2Limits, TellsOfEachLimit) {
  const RunResult plan = ContainerTest().Plan(
      "  - cgroup-v2: {parent: /, pids.max: 20, memory.high: 64MiB, cpu.max: 1.5}\n");
  for (const char* line : {"  limit      pids.max ", "  20\n", "  limit      memory.high ",
                           "  67108864\n", "  limit      cpu.max ", "  150000 100000\n"}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << line << "\n" << plan.out << plan.err;
  }
}

TEST_F(CgroupV2, TheCommandIsBornInACgroupOfTheContainersName) {
  ContainerTest test;
  const std::string line = "0::/" + test.next_id() + "\n";
  const RunResult result = test.RunScript(Stages(""), "grep ^0: /proc/self/cgroup");
  EXPECT_EQ(result.out, line) << result.err;
}

TEST_F(CgroupV2, ADaemonThatIsLeftBehindEndsWithTheContainer) {
  // Without a pid namespace only the cgroup knows what belongs to the container.
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages("  - mount: {root: root}\n  - cgroup-v2\n");
  const RunResult result = slipway::testing::RunProgram(test.Argv(
      config, {"/bin/sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!"}));
  EXPECT_EQ(result.status, 0) << result.err;
  // The orphan became a child of this test, which is a subreaper.
  int status = 0;
  ASSERT_EQ(waitpid(-1, &status, WNOHANG), std::stoi(result.out)) << result.out << result.err;
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  test.ExpectNothingLeft();
}

TEST_F(CgroupV2, CgroupsNestedBeyondTheLimitOfDescriptorsAreRemoved) {
  ExpectNestedCgroupsEnd(v2(), "cgroup-v2", true);
}

TEST_F(CgroupV2, AProcessNestedBeyondTheLimitOfDescriptorsIsKilled) {
  ExpectNestedCgroupsEnd(v2(), "cgroup-v2", false);
}

TEST_F(CgroupV2, ADeviceThatIsNotAllowedCannotBeOpened) {
  const RunResult result =
      ContainerTest().RunScript(Stages("devices: [{device: /dev/null, access: w}]"),
                                "echo x >/dev/null && echo null; cat /dev/null || echo no read; "
                                "head -c1 /dev/zero || echo refused");
  EXPECT_EQ(result.out, "null\nno read\nrefused\n") << result.err;
  EXPECT_NE(result.err.find("Operation not permitted"), std::string::npos) << result.err;
}

TEST_F(CgroupV2, ADeviceThatIsNotAllowedCannotBeMade) {
  const RunResult result = ContainerTest().RunScript(
      Stages("devices: [{type: char, device: \"1:*\"}]"),
      "mknod /tmp/zero c 1 5 && echo made; mknod /tmp/tty c 5 0 || echo refused");
  EXPECT_EQ(result.out, "made\nrefused\n") << result.err;
}

TEST_F(CgroupV2, AnEmptyListOfDevicesAllowsNone) {
  const RunResult result =
      ContainerTest().RunScript(Stages("devices: []"), "cat /dev/null || echo refused");
  EXPECT_EQ(result.out, "refused\n") << result.err;
}

TEST_F(CgroupV2, UnifiedWritesAFileOfTheCgroup) {
  ContainerTest test;
  const RunResult result =
      test.RunScript("  - mount: {root: root, binds: [{source: " + v2() +
                         ", target: /tmp}]}\n  - cgroup-v2: {unified: {cgroup.max.depth: 3}}\n",
                     "cat /tmp/" + test.next_id() + "/cgroup.max.depth");
  EXPECT_EQ(result.out, "3\n") << result.err;
}

TEST_F(CgroupV2, HugePagesAreLimitedBySize) {
  if (!Offers("hugetlb")) {
    GTEST_SKIP() << "cgroup v2 has no controller hugetlb";
  }
  ContainerTest test;
  const RunResult result =
      test.RunScript("  - mount: {root: root, binds: [{source: " + v2() +
                         ", target: /tmp}]}\n  - cgroup-v2: {hugetlb.max: {2MB: 4MiB}}\n",
                     "cat /tmp/" + test.next_id() + "/hugetlb.2MB.max");
  EXPECT_EQ(result.out, "4194304\n") << result.err;
}

TEST_F(CgroupV2, ASizeOfHugePagesThatIsNotThereIsExplained) {
  if (!Offers("hugetlb")) {
    GTEST_SKIP() << "cgroup v2 has no controller hugetlb";
  }
  const RunResult result =
      ContainerTest().RunScript(Stages("hugetlb.max: {3MB: 3MiB}"), "echo started");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("this kernel's controller \"hugetlb\" lacks this file"),
            std::string::npos)
      << result.err;
}

TEST_F(CgroupV2, ADisksLimitStandsInItsFile) {
  if (!Offers("io")) {
    GTEST_SKIP() << "cgroup v2 has no controller io";
  }
  std::string disk;
  for (const char* name : {"loop0", "ubda", "vda", "sda"}) {
    if (disk.empty()) disk = ReadText("/sys/block/" + std::string(name) + "/dev");
  }
  if (disk.empty()) GTEST_SKIP() << "needs a disk";
  disk.pop_back();
  ContainerTest test;
  const RunResult result =
      test.RunScript("  - mount: {root: root, binds: [{source: " + v2() +
                         ", target: /tmp}]}\n  - cgroup-v2: {io.max: [{device: \"" + disk +
                         "\", rbps: 1MiB, wiops: 7}]}\n",
                     "cat /tmp/" + test.next_id() + "/io.max");
  EXPECT_EQ(result.out, disk + " rbps=1048576 wbps=max riops=max wiops=7\n") << result.err;
}

TEST_F(CgroupV2, AControllerOnV1IsNamedBeforeAnythingHappens) {
  const std::string pids = V1("pids");
  if (pids.empty()) GTEST_SKIP() << "needs the controller pids on cgroup v1";
  const RunResult result = ContainerTest().RunScript(Stages("pids.max: 20"), "echo started");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("cgroup-v2: pids.max: no controller \"pids\" in cgroup v2 "
                            "(it is bound to cgroup v1 at " +
                            pids + "; use the stage cgroup-v1)\n"),
            std::string::npos)
      << result.err;
}

TEST_F(CgroupV2, TheDisksControllerIsFoundOnV1UnderItsOtherName) {
  const std::string blkio = V1("blkio");
  if (blkio.empty()) GTEST_SKIP() << "needs the controller blkio on cgroup v1";
  const RunResult result = ContainerTest().RunScript(Stages("io.weight: 50"), "echo started");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("no controller \"io\" in cgroup v2 "
                            "(it is bound to cgroup v1 at " +
                            blkio),
            std::string::npos)
      << result.err;
}

TEST_F(CgroupV2Limits, ForkBombStopsAtTheLimit) {
  const RunResult result = ContainerTest().RunScript(
      Stages("pids.max: 20"),
      // With the init and the shell.
      "n=2; while [ $n -lt 50 ]; do sleep 1000 >/dev/null 2>&1 & n=$((n + 1)); echo $n; done");
  EXPECT_NE(result.out.find("\n20\n"), std::string::npos) << result.out << result.err;
  EXPECT_EQ(result.out.find("\n21\n"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
}

TEST_F(CgroupV2Limits, AnAllocationBeyondTheLimitIsKilled) {
  const RunResult result = ContainerTest().RunScript(
      Stages("memory.max: 16MiB"), "dd if=/dev/zero of=/dev/null bs=256M count=1; echo $?");
  EXPECT_EQ(result.out, "137\n") << result.err;
}

TEST_F(CgroupV2Limits, TheCpuQuotaStandsWhileItRuns) {
  ContainerTest test;
  test.MakeRoot();
  Running container(
      test.Argv(test.WriteStages(Stages("cpu.max: 0.5")),
                {"/bin/sh", "-c", "trap 'exit 0' TERM; echo ready; sleep 1000 & wait"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  EXPECT_EQ(ReadText(v2() + "/" + test.next_id() + "/cpu.max"), "50000 100000\n");
  container.Signal(SIGTERM);
  container.Await();
  test.ExpectNothingLeft();
}

}  // namespace
