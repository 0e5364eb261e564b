// The stage's hooks one by one, through a host table of the test, on this machine's cgroup2,
// which may have no controllers: limits are tested where it has them.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "plugins/cgroup/fixture.h"
#include "plugins/cgroup/testing.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup::testing {
namespace {

constexpr const char* kPlugin = "plugins/cgroup_v2/libcgroup_v2_stage.so";

class CgroupV2Hooks : public CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    NeedV2();
  }
};

TEST_F(CgroupV2Hooks, TheChildIsBornInTheCgroup) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.Probe().ok());
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  ASSERT_GE(stage.cgroup_fd, 0);
  Shell child("cat /proc/self/cgroup | grep ^0:", stage.cgroup_fd);
  EXPECT_EQ(Content(v2() + "/" + stage.id() + "/cgroup.procs"), std::to_string(child.pid()));
  child.Release();
  EXPECT_EQ(child.ReadLine(), "0::/" + stage.id());
}

TEST_F(CgroupV2Hooks, TheDescriptorDoesNotLeakIntoTheCommand) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  EXPECT_NE(fcntl(stage.cgroup_fd, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(CgroupV2Hooks, EachRecordComesBeforeItsEffect) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = v2() + "/" + stage.id();
  std::vector<bool> existed;
  stage.on_record = [&](const std::string&) {
    existed.push_back(Exists(path));
    return Ok();
  };
  ASSERT_TRUE(stage.PreClone().ok());
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(stage.records,
            (std::vector<std::string>{"intend " + path,
                                      "made " + std::to_string(about.st_ino) + " " + path}));
  EXPECT_EQ(existed, (std::vector<bool>{false, true}));
}

TEST_F(CgroupV2Hooks, TeardownKillsGrandchildrenAndNestedCgroups) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string path = v2() + "/" + stage.id();
  const std::string inner = path + "/inner/most";
  Shell child("mkdir -p " + inner + "; sleep 1000 & echo $! >" + inner +
                  "/cgroup.procs; setsid sleep 1000 & echo ready; wait",
              stage.cgroup_fd);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  ASSERT_NE(Content(inner + "/cgroup.procs"), "");
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_FALSE(Exists(path));
  const int ended = child.Wait();
  EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
}

TEST_F(CgroupV2Hooks, TeardownKillsAFrozenContainer) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string path = v2() + "/" + stage.id();
  Shell child("sleep 1000", stage.cgroup_fd);
  ASSERT_TRUE(sys::WriteFile(path + "/cgroup.freeze", "1").ok());
  EXPECT_TRUE(stage.TeardownAll().ok());
  EXPECT_FALSE(Exists(path));
}

TEST_F(CgroupV2Hooks, TeardownNamesTheLackOfDescriptors) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string inner = v2() + "/" + stage.id() + "/one/two/three";
  Shell child("mkdir -p " + inner + "; echo 0 >" + inner + "/cgroup.procs; echo ready; sleep 1000",
              stage.cgroup_fd);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  ExpectLackOfDescriptorsIsNamed(stage);
  EXPECT_FALSE(Exists(v2() + "/" + stage.id()));
}

TEST_F(CgroupV2Hooks, TeardownTwiceSucceeds) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  EXPECT_TRUE(stage.TeardownAll().ok());
  EXPECT_FALSE(Exists(v2() + "/" + stage.id()));
  EXPECT_TRUE(stage.TeardownAll().ok());
}

TEST_F(CgroupV2Hooks, TeardownLeavesAnotherCgroupOfTheSameName) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = MakeForeign(v2() + "/" + stage.id());
  Shell other("exit 0");
  ASSERT_TRUE(sys::WriteFile(path + "/cgroup.procs", std::to_string(other.pid())).ok());
  EXPECT_TRUE(stage.Teardown("made 1 " + path).ok());
  EXPECT_TRUE(stage.Teardown("intend " + path).ok());
  EXPECT_EQ(Content(path + "/cgroup.procs"), std::to_string(other.pid()));
}

TEST_F(CgroupV2Hooks, TeardownNeverKillsItself) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string own = Content("/proc/self/cgroup");
  const size_t at = own.find("0::") + 3;
  const std::string home = own.substr(at, own.find('\n', at) - at);
  const std::string self = std::to_string(getpid());
  ASSERT_TRUE(sys::WriteFile(v2() + "/" + stage.id() + "/cgroup.procs", self).ok());
  const Status status = stage.TeardownAll();
  ASSERT_TRUE(sys::WriteFile(v2() + home + "/cgroup.procs", self).ok());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, EBUSY);
}

TEST_F(CgroupV2Hooks, RefusesACgroupThatExists) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = MakeForeign(v2() + "/" + stage.id());
  const Status status = stage.PreClone();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, EEXIST);
  EXPECT_TRUE(stage.TeardownAll().ok());
  EXPECT_TRUE(Exists(path));
}

TEST_F(CgroupV2Hooks, ProbeTellsWhereTheControllerIsInstead) {
  const std::string pids = V1("pids");
  if (pids.empty()) GTEST_SKIP() << "needs the controller pids on cgroup v1";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "no controller \"pids\" in cgroup v2 (it is bound to cgroup v1 at " + pids +
                "; use the stage cgroup-v1)");
}

TEST_F(CgroupV2Hooks, ProbeNamesAParentThatIsNotThere) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", "/no/such");
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, ENOENT);
  EXPECT_EQ(status.error()->subject, v2() + "/no/such");
}

TEST_F(CgroupV2Hooks, ProbeTellsWhoMayNotWriteTheParent) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_EQ(seteuid(65534), 0);
  const Status status = stage.Probe();
  ASSERT_EQ(seteuid(0), 0);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "cannot make a cgroup in \"" + v2() +
                "\": Permission denied (needs root, or a parent that is delegated to this user)");
}

TEST_F(CgroupV2Hooks, ProbeOfADelegatedParentAsksForAPlaceInsideIt) {
  const std::string name = "/" + UniqueId();
  const std::string parent = MakeForeign(v2() + name);
  ASSERT_EQ(chown(parent.c_str(), 65534, 65534), 0);
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", name);
  ASSERT_EQ(seteuid(65534), 0);
  const Status status = stage.Probe();
  ASSERT_EQ(seteuid(0), 0);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().ToString().find("start it inside the delegated cgroup"),
            std::string::npos)
      << status.error().ToString();
}

TEST_F(CgroupV2Hooks, ProbeRefusesAThreadedParent) {
  const std::string name = "/" + UniqueId();
  const std::string parent = MakeForeign(v2() + name);
  const std::string inner = MakeForeign(parent + "/threads");
  ASSERT_TRUE(sys::WriteFile(inner + "/cgroup.type", "threaded").ok());
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", name);
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().ToString().find("not \"domain\" but \"domain threaded\""),
            std::string::npos)
      << status.error().ToString();
}

// With controllers: a machine of pure cgroup v2.

TEST_F(CgroupV2Hooks, LimitsStandInTheKernelsFiles) {
  for (const char* controller : {"pids", "memory", "cpu"}) {
    if (!Offers(controller)) GTEST_SKIP() << "cgroup v2 has no controller " << controller;
  }
  const std::string parent = "/" + UniqueId();
  MakeForeign(v2() + parent);
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", parent);
  stage.Set("pids.max", 20);
  stage.Set("memory.max", 64 << 20);
  stage.Set("cpu.max", 1500);
  ASSERT_TRUE(stage.Probe().ok());
  EXPECT_EQ(Content(v2() + parent + "/cgroup.subtree_control"), "");
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const std::string path = v2() + parent + "/" + stage.id();
  EXPECT_EQ(Content(path + "/pids.max"), "20");
  EXPECT_EQ(Content(path + "/memory.max"), "67108864");
  EXPECT_EQ(Content(path + "/cpu.max"), "150000 100000");
}

TEST_F(CgroupV2Hooks, AllOfMemoryStandsInTheKernelsFiles) {
  if (!Offers("memory")) GTEST_SKIP() << "cgroup v2 has no controller memory";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("memory.max", 64 << 20);
  stage.Set("memory.high", 32 << 20);
  stage.Set("memory.low", 16 << 20);
  stage.Set("memory.min", 8 << 20);
  stage.Set("memory.oom.group", 1);
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const std::string path = v2() + "/" + stage.id();
  EXPECT_EQ(Content(path + "/memory.max"), "67108864");
  EXPECT_EQ(Content(path + "/memory.high"), "33554432");
  EXPECT_EQ(Content(path + "/memory.low"), "16777216");
  EXPECT_EQ(Content(path + "/memory.min"), "8388608");
  EXPECT_EQ(Content(path + "/memory.oom.group"), "1");
}

TEST_F(CgroupV2Hooks, SwapIsLimitedAlone) {
  if (!Offers("memory")) GTEST_SKIP() << "cgroup v2 has no controller memory";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("memory.swap.max", 0);
  const Status made = stage.PreClone();
  if (!made.ok() && made.error()->errno_value == ENOENT) {
    GTEST_SKIP() << "this kernel cannot swap (no memory.swap.max)";
  }
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_EQ(Content(v2() + "/" + stage.id() + "/memory.swap.max"), "0");
}

TEST_F(CgroupV2Hooks, PeriodBurstAndWeightStandInTheKernelsFiles) {
  if (!Offers("cpu")) GTEST_SKIP() << "cgroup v2 has no controller cpu";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("cpu.max", 500);
  stage.Set("cpu.period", 20'000'000);
  stage.Set("cpu.max.burst", 10'000'000);
  stage.Set("cpu.weight", 50);
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const std::string path = v2() + "/" + stage.id();
  EXPECT_EQ(Content(path + "/cpu.max"), "10000 20000");
  EXPECT_EQ(Content(path + "/cpu.max.burst"), "10000");
  EXPECT_EQ(Content(path + "/cpu.weight"), "50");
}

TEST_F(CgroupV2Hooks, TheCpusetAndItsPartitionStandInTheKernelsFiles) {
  if (!Offers("cpuset")) GTEST_SKIP() << "cgroup v2 has no controller cpuset";
  const std::string cpus = Content(v2() + "/cpuset.cpus.effective");
  if (cpus == "0") GTEST_SKIP() << "needs a CPU to spare for a partition";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("cpuset.cpus", "1");
  stage.Set("cpuset.mems", "0");
  stage.Set("cpuset.partition", 1);
  ASSERT_TRUE(stage.Probe().ok());
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const std::string path = v2() + "/" + stage.id();
  EXPECT_EQ(Content(path + "/cpuset.cpus"), "1");
  EXPECT_EQ(Content(path + "/cpuset.mems"), "0");
  EXPECT_EQ(Content(path + "/cpuset.cpus.partition"), "root");
}

TEST_F(CgroupV2Hooks, ProbeNamesACpuThatIsNotThere) {
  if (!Offers("cpuset")) GTEST_SKIP() << "cgroup v2 has no controller cpuset";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("cpuset.cpus", "0,8191");
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().ToString().find("cpuset.cpus: no 8191 in"), std::string::npos);
}

TEST_F(CgroupV2Hooks, AParentThatHoldsProcessesIsExplained) {
  if (!Offers("memory")) GTEST_SKIP() << "cgroup v2 has no controller memory";
  const std::string name = "/" + UniqueId();
  const std::string parent = MakeForeign(v2() + name);
  Shell holder("exit 0");
  ASSERT_TRUE(sys::WriteFile(parent + "/cgroup.procs", std::to_string(holder.pid())).ok());
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", name);
  stage.Set("memory.max", 64 << 20);
  for (const Status& status : {stage.Probe(), stage.PreClone()}) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error()->errno_value, EBUSY);
    EXPECT_NE(status.error().ToString().find("No Internal Process Constraint"), std::string::npos);
  }
}

}  // namespace
}  // namespace slipway::cgroup::testing
