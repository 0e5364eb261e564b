// The stage's hooks one by one, through a host table of the test, on this machine's v1 cgroups.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "plugins/cgroup/fixture.h"
#include "plugins/cgroup/testing.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup::testing {
namespace {

constexpr const char* kPlugin = "plugins/cgroup_v1/libcgroup_v1_stage.so";

class CgroupV1Hooks : public CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    NeedV1({"pids", "memory", "cpu"});
  }

  std::string In(const std::string& controller, const std::string& id) const {
    return V1(controller) + "/" + id;
  }
};

TEST_F(CgroupV1Hooks, LimitsStandInTheKernelsFiles) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  stage.Set("memory.max", 64 << 20);
  stage.Set("cpu.max", 1500);
  ASSERT_TRUE(stage.Probe().ok());
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_EQ(Content(In("pids", stage.id()) + "/pids.max"), "20");
  EXPECT_EQ(Content(In("memory", stage.id()) + "/memory.limit_in_bytes"), "67108864");
  EXPECT_EQ(Content(In("cpu", stage.id()) + "/cpu.cfs_period_us"), "100000");
  EXPECT_EQ(Content(In("cpu", stage.id()) + "/cpu.cfs_quota_us"), "150000");
}

TEST_F(CgroupV1Hooks, SwapIsLimitedTogetherWithMemory) {
  if (!Exists(V1("memory") + "/memory.memsw.limit_in_bytes")) {
    GTEST_SKIP() << "this kernel does not count swap (swapaccount=0)";
  }
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("memory.max", 64 << 20);
  stage.Set("memory.swap.max", 16 << 20);
  ASSERT_TRUE(stage.Probe().ok());
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_EQ(Content(In("memory", stage.id()) + "/memory.limit_in_bytes"), "67108864");
  EXPECT_EQ(Content(In("memory", stage.id()) + "/memory.memsw.limit_in_bytes"), "83886080");
}

TEST_F(CgroupV1Hooks, PeriodBurstAndWeightStandInTheKernelsFiles) {
  if (!Exists(V1("cpu") + "/cpu.cfs_burst_us")) {
    GTEST_SKIP() << "this kernel has no cpu.cfs_burst_us (5.14 has)";
  }
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("cpu.max", 500);
  stage.Set("cpu.period", 20'000'000);
  stage.Set("cpu.max.burst", 10'000'000);
  stage.Set("cpu.weight", 50);
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_EQ(Content(In("cpu", stage.id()) + "/cpu.cfs_period_us"), "20000");
  EXPECT_EQ(Content(In("cpu", stage.id()) + "/cpu.cfs_quota_us"), "10000");
  EXPECT_EQ(Content(In("cpu", stage.id()) + "/cpu.cfs_burst_us"), "10000");
  EXPECT_EQ(Content(In("cpu", stage.id()) + "/cpu.shares"), "512");
}

TEST_F(CgroupV1Hooks, ACpusetInheritsWhatIsNotGiven) {
  if (V1("cpuset").empty()) GTEST_SKIP() << "needs the controller cpuset on v1";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("cpuset.cpus", "0");
  ASSERT_TRUE(stage.Probe().ok());
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_EQ(Content(In("cpuset", stage.id()) + "/cpuset.cpus"), "0");
  EXPECT_EQ(Content(In("cpuset", stage.id()) + "/cpuset.mems"),
            Content(V1("cpuset") + "/cpuset.mems"));
  Shell child("exit 0", stage);
}

TEST_F(CgroupV1Hooks, ProbeNamesACpuThatIsNotThere) {
  if (V1("cpuset").empty()) GTEST_SKIP() << "needs the controller cpuset on v1";
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("cpuset.cpus", "0,8191");
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  const std::string file = V1("cpuset") + "/cpuset.cpus";
  EXPECT_EQ(status.error().ToString(),
            "cpuset.cpus: no 8191 in \"" + file + "\" (there are " + Content(file) + ")");
  EXPECT_STREQ(status.error()->option, "cpuset.cpus");
}

TEST_F(CgroupV1Hooks, ProbeExplainsAParentWithoutCpus) {
  if (V1("cpuset").empty()) GTEST_SKIP() << "needs the controller cpuset on v1";
  const std::string parent = "/" + UniqueId();
  MakeForeign(In("cpuset", parent));
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", parent);
  stage.Set("cpuset.cpus", "0");
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().ToString().find("nothing to inherit in"), std::string::npos);
}

TEST_F(CgroupV1Hooks, ProbeRefusesWhatV1DoesNotHaveAndCreateDoesNot) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("memory.high", 64 << 20);
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "cgroup v1 has no \"memory.high\" (v1 has a hard limit only: use memory.max, or the "
            "stage cgroup-v2)");
  EXPECT_TRUE(stage.Create().ok());
}

TEST_F(CgroupV1Hooks, OnlyTheHierarchiesOfTheGivenLimitsAreUsed) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  ASSERT_TRUE(stage.PreClone().ok());
  EXPECT_TRUE(Exists(In("pids", stage.id())));
  EXPECT_FALSE(Exists(In("memory", stage.id())));
  EXPECT_FALSE(Exists(In("cpu", stage.id())));
}

TEST_F(CgroupV1Hooks, WithoutLimitsAllThreeHoldTheContainer) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  for (const char* controller : {"pids", "memory", "cpu"}) {
    EXPECT_TRUE(Exists(In(controller, stage.id()))) << controller;
  }
}

TEST_F(CgroupV1Hooks, TheChildIsPutIntoEach) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  Shell child("exit 0", stage);
  for (const char* controller : {"pids", "memory", "cpu"}) {
    EXPECT_EQ(Content(In(controller, stage.id()) + "/cgroup.procs"), std::to_string(child.pid()));
  }
}

TEST_F(CgroupV1Hooks, ProbeAndCreateMakeNothing) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.Probe().ok());
  EXPECT_TRUE(stage.records.empty());
  EXPECT_FALSE(Exists(In("pids", stage.id())));
}

TEST_F(CgroupV1Hooks, EachRecordComesBeforeItsEffect) {
  const std::string parent = "/" + UniqueId();  // not there in the freezer's hierarchy
  MakeForeign(In("pids", parent));
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", parent);
  stage.Set("pids.max", 20);
  const std::string path = In("pids", parent.substr(1)) + "/" + stage.id();
  std::vector<bool> existed;
  std::vector<std::string> limits;
  stage.on_record = [&](const std::string&) {
    existed.push_back(Exists(path));
    limits.push_back(Content(path + "/pids.max"));
    return Ok();
  };
  ASSERT_TRUE(stage.PreClone().ok());
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(stage.records,
            (std::vector<std::string>{
                "intend " + path, "made " + std::to_string(about.st_ino) + " " +
                                      Content("/proc/sys/kernel/random/boot_id") + " " + path}));
  EXPECT_EQ(existed, (std::vector<bool>{false, true}));
  EXPECT_EQ(limits, (std::vector<std::string>{"(none)", "max"}));
}

TEST_F(CgroupV1Hooks, ACgroupThatCannotBeRecordedIsNotLeft) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  stage.on_record = [](const std::string& record) {
    return record.starts_with("made") ? Status(Error(ENOSPC, "write", "journal")) : Ok();
  };
  const Status status = stage.PreClone();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, ENOSPC);
  EXPECT_FALSE(Exists(In("pids", stage.id())));
}

TEST_F(CgroupV1Hooks, TeardownTwiceSucceeds) {
  HookedStage stage(kPlugin, UniqueId());
  ASSERT_TRUE(stage.PreClone().ok());
  EXPECT_TRUE(stage.TeardownAll().ok());
  for (const char* controller : {"pids", "memory", "cpu"}) {
    EXPECT_FALSE(Exists(In(controller, stage.id()))) << controller;
  }
  EXPECT_TRUE(stage.TeardownAll().ok());
}

TEST_F(CgroupV1Hooks, TeardownLeavesAnotherCgroupOfTheSameName) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = MakeForeign(In("pids", stage.id()));
  Shell other("exit 0");
  ASSERT_TRUE(sys::WriteFile(path + "/cgroup.procs", std::to_string(other.pid())).ok());
  EXPECT_TRUE(stage.Teardown("made 1 " + path).ok());
  EXPECT_TRUE(stage.Teardown("intend " + path).ok());
  EXPECT_EQ(Content(path + "/cgroup.procs"), std::to_string(other.pid()));
}

TEST_F(CgroupV1Hooks, TeardownLeavesEvenAnEmptyOneWhenItsOwnWasConfirmed) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = MakeForeign(In("pids", stage.id()));
  EXPECT_TRUE(stage.Teardown("made 1 " + path).ok());
  EXPECT_TRUE(stage.Teardown("intend " + path).ok());
  EXPECT_TRUE(Exists(path));
}

// The number that it had before means another cgroup now.
TEST_F(CgroupV1Hooks, TeardownLooksForNoOtherNameAfterAnotherBoot) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = MakeForeign(In("pids", stage.id()));
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  const std::string made = "made " + std::to_string(about.st_ino) + " ";
  const std::string before = "01234567-89ab-cdef-0123-456789abcdef ";
  EXPECT_TRUE(stage.Teardown(made + before + path + "-before").ok());
  EXPECT_TRUE(stage.Teardown(made + path + "-before").ok());
  EXPECT_TRUE(Exists(path));
}

TEST_F(CgroupV1Hooks, TeardownNeverTakesTheRootOfAHierarchy) {
  HookedStage stage(kPlugin, UniqueId());
  struct stat about {};
  ASSERT_EQ(stat(V1("pids").c_str(), &about), 0);
  const std::string boot = Content("/proc/sys/kernel/random/boot_id");
  EXPECT_TRUE(stage
                  .Teardown("made " + std::to_string(about.st_ino) + " " + boot + " " +
                            In("pids", stage.id()))
                  .ok());
}

TEST_F(CgroupV1Hooks, TeardownOfAnIntentRemovesAnEmptyCgroup) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string path = MakeForeign(In("pids", stage.id()));
  EXPECT_TRUE(stage.Teardown("intend " + path).ok());
  EXPECT_FALSE(Exists(path));
}

TEST_F(CgroupV1Hooks, TeardownRemovesNothingButCgroups) {
  HookedStage stage(kPlugin, UniqueId());
  const std::string folder = MakeForeign(::testing::TempDir() + "/" + stage.id());
  struct stat about {};
  ASSERT_EQ(stat(folder.c_str(), &about), 0);
  EXPECT_TRUE(stage.Teardown("intend " + folder).ok());
  EXPECT_TRUE(stage.Teardown("made " + std::to_string(about.st_ino) + " " + folder).ok());
  EXPECT_TRUE(Exists(folder));
}

TEST_F(CgroupV1Hooks, TeardownNeverKillsItself) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string path = In("pids", stage.id());
  const std::string own = Content("/proc/self/cgroup");
  const size_t at = own.find(":pids:") + 6;
  const std::string home = own.substr(at, own.find('\n', at) - at);
  ASSERT_TRUE(sys::WriteFile(path + "/cgroup.procs", std::to_string(getpid())).ok());
  const Status status = stage.TeardownAll();
  ASSERT_TRUE(sys::WriteFile(V1("pids") + home + "/cgroup.procs", std::to_string(getpid())).ok());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, EBUSY);
}

TEST_F(CgroupV1Hooks, RefusesACgroupThatExists) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  const std::string path = MakeForeign(In("pids", stage.id()));
  const Status status = stage.PreClone();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "cannot make the cgroup \"" + path +
                "\": File exists (a cgroup of that name exists; choose another "
                "--name)");
  EXPECT_TRUE(stage.TeardownAll().ok());
  EXPECT_TRUE(Exists(path));
  EXPECT_EQ(Content(path + "/pids.max"), "max");
}

TEST_F(CgroupV1Hooks, LeavesACgroupThatSomebodyMadeInBetween) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  const std::string path = In("pids", stage.id());
  stage.on_record = [&](const std::string& record) {
    if (record.starts_with("intend")) MakeForeign(path);
    return Ok();
  };
  const Status status = stage.PreClone();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, EEXIST);
  EXPECT_TRUE(stage.TeardownAll().ok());
  EXPECT_TRUE(Exists(path));
}

TEST_F(CgroupV1Hooks, ParentBelowTheRoot) {
  const std::string parent = "/" + UniqueId();
  MakeForeign(In("pids", parent));
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", parent);
  stage.Set("pids.max", 20);
  ASSERT_TRUE(stage.Probe().ok());
  ASSERT_TRUE(stage.PreClone().ok());
  EXPECT_EQ(Content(In("pids", parent) + "/" + stage.id() + "/pids.max"), "20");
}

TEST_F(CgroupV1Hooks, ProbeNamesAParentThatIsNotThere) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", "/no/such");
  stage.Set("pids.max", 20);
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error()->errno_value, ENOENT);
  EXPECT_EQ(status.error()->subject, V1("pids") + "/no/such");
}

TEST_F(CgroupV1Hooks, ProbeRefusesAParentThatLeadsUpwards) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", "/../..");
  const Status status = stage.Probe();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().ToString().find("not a cgroup path"), std::string::npos);
}

TEST_F(CgroupV1Hooks, ProbeTellsWhoMayNotWriteTheParent) {
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("pids.max", 20);
  ASSERT_EQ(seteuid(65534), 0);
  const Status status = stage.Probe();
  ASSERT_EQ(seteuid(0), 0);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "cannot make a cgroup in \"" + V1("pids") +
                "\": Permission denied (needs root, or a parent that is delegated to this user)");
}

TEST_F(CgroupV1Hooks, ALimitThatTheParentForbidsIsExplained) {
  const std::string parent = "/" + UniqueId();
  MakeForeign(In("cpu", parent));
  ASSERT_TRUE(sys::WriteFile(In("cpu", parent) + "/cpu.cfs_quota_us", "50000").ok());
  HookedStage stage(kPlugin, UniqueId());
  stage.Set("parent", parent);
  stage.Set("cpu.max", 1500);
  const Status status = stage.PreClone();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().ToString().find("a cgroup above may have a lower limit"),
            std::string::npos);
  EXPECT_TRUE(stage.TeardownAll().ok());
  EXPECT_FALSE(Exists(In("cpu", parent) + "/" + stage.id()));
}

}  // namespace
}  // namespace slipway::cgroup::testing
