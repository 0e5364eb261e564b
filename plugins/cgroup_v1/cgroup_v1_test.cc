#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
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
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - cgroup-v1: {" + options + "}\n";
}

class CgroupV1 : public slipway::cgroup::testing::CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    NeedV1({"pids", "memory", "cpu"});
  }
};

TEST_F(CgroupV1, TellsWhatItWouldDo) {
  ContainerTest test;
  const RunResult plan =
      test.Plan("  - cgroup-v1: {parent: /, pids.max: 20, memory.max: max, io.weight: 50}\n");
  const std::string pids = V1("pids") + "/ID";
  for (const std::string& line :
       {"  cgroup     " + pids, std::string("  a new one; the container enters it\n"),
        std::string("  limit      pids.max "), std::string("  20\n"),
        std::string("  limit      memory.limit_in_bytes "), std::string("  -1\n"),
        std::string("  limit      blkio.bfq.weight ")}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << line << "\n" << plan.out << plan.err;
  }
  EXPECT_NE(access(pids.c_str(), F_OK), 0);
}

TEST_F(CgroupV1, ForkBombStopsAtTheLimit) {
  // The init is the first task, the shell the second; it ends when it cannot fork.
  const RunResult result = ContainerTest().RunScript(
      Stages("pids.max: 20"),
      "n=2; while [ $n -lt 50 ]; do sleep 1000 >/dev/null 2>&1 & n=$((n + 1)); echo $n; done");
  EXPECT_NE(result.out.find("\n20\n"), std::string::npos) << result.out << result.err;
  EXPECT_EQ(result.out.find("\n21\n"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
}

TEST_F(CgroupV1, AnAllocationBeyondTheLimitIsKilled) {
  const RunResult result = ContainerTest().RunScript(
      Stages("memory.max: 16MiB"), "dd if=/dev/zero of=/dev/null bs=256M count=1; echo $?");
  EXPECT_EQ(result.out, "137\n") << result.err;
}

TEST_F(CgroupV1, TheLackOfMemoryIsNamedWhenTheCommandIsKilled) {
  const RunResult result = ContainerTest().RunScript(
      Stages("memory.max: 16MiB"), "exec dd if=/dev/zero of=/dev/null bs=256M count=1");
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_EQ(result.err,
            "runtime: cgroup-v1: out of memory: the kernel killed a process of the container (its "
            "limit is 16777216 bytes)\n");
}

TEST_F(CgroupV1, AnotherSigkillIsNotCalledLackOfMemory) {
  const RunResult result = ContainerTest().RunScript(
      "  - mount: {root: root}\n  - cgroup-v1: {memory.max: 16MiB}\n", "kill -KILL $$");
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_EQ(result.err, "");
}

TEST_F(CgroupV1, StatsSayWhatTheContainerUsed) {
  ContainerTest test;
  test.MakeRoot();
  const std::string id = test.next_id();
  const RunResult result = test.RunContainer(
      test.WriteStages(Stages("memory.max: 64MiB, cpu.max: 1, pids.max: 20")),
      {"/bin/sh", "-c", "dd if=/dev/zero of=/dev/null bs=8M count=1 2>&-; exit 3"}, {},
      {"--stats", test.Path("stats.json")});
  EXPECT_EQ(result.status, 3) << result.err;
  const std::string stats = ReadText(test.Path("stats.json"));
  EXPECT_EQ(stats.find("{\"id\":\"" + id + "\","), 0u) << stats;
  EXPECT_NE(stats.find("\"status\":3,"), std::string::npos) << stats;
  EXPECT_NE(stats.find("\"stages\":{\"cgroup-v1\":{"), std::string::npos) << stats;
  const std::string peak = "\"memory.peak\":";
  ASSERT_NE(stats.find(peak), std::string::npos) << stats;
  EXPECT_GT(std::stoll(stats.substr(stats.find(peak) + peak.size())), 8 << 20) << stats;
  EXPECT_NE(stats.find("\"memory.oom_kill\":0"), std::string::npos) << stats;
  EXPECT_NE(stats.find("\"cpu.nr_throttled\":"), std::string::npos) << stats;
  EXPECT_NE(stats.find("\"pids.max_reached\":0"), std::string::npos) << stats;
}

TEST_F(CgroupV1, AnAllocationBelowTheLimitIsNot) {
  const RunResult result = ContainerTest().RunScript(
      Stages("memory.max: 64MiB"), "dd if=/dev/zero of=/dev/null bs=8M count=1 2>&-; echo $?");
  EXPECT_EQ(result.out, "0\n") << result.err;
}

TEST_F(CgroupV1, TheCpuQuotaStandsWhileItRuns) {
  ContainerTest test;
  test.MakeRoot();
  Running container(
      test.Argv(test.WriteStages(Stages("cpu.max: 0.5")),
                {"/bin/sh", "-c", "trap 'exit 0' TERM; echo ready; sleep 1000 & wait"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  const std::string cgroup = V1("cpu") + "/" + test.next_id();
  EXPECT_EQ(ReadText(cgroup + "/cpu.cfs_quota_us"), "50000\n");
  EXPECT_EQ(ReadText(cgroup + "/cpu.cfs_period_us"), "100000\n");
  EXPECT_NE(ReadText(cgroup + "/cgroup.procs"), "");
  container.Signal(SIGTERM);
  container.Await();
  test.ExpectNothingLeft();
}

TEST_F(CgroupV1, TheWeightStandsAsShares) {
  ContainerTest test;
  const RunResult result =
      test.RunScript("  - mount: {root: root, binds: [{source: " + V1("cpu") +
                         ", target: /tmp}]}\n  - cgroup-v1: {cpu.weight: 200}\n",
                     "cat /tmp/" + test.next_id() + "/cpu.shares");
  EXPECT_EQ(result.out, "2048\n") << result.err;
}

TEST_F(CgroupV1, RealTimeProcessesTakeAShareOfTheirOwn) {
  if (ReadText(V1("cpu") + "/cpu.rt_runtime_us").empty()) {
    GTEST_SKIP() << "this kernel has no CONFIG_RT_GROUP_SCHED";
  }
  const std::string script = "chrt -f 1 echo real-time";
  const RunResult without = ContainerTest().RunScript("  - cgroup-v1: {cpu.weight: 100}\n", script);
  EXPECT_EQ(without.out, "") << "without it there is none";
  EXPECT_NE(without.err.find("Operation not permitted"), std::string::npos) << without.err;
  const RunResult with = ContainerTest().RunScript(
      "  - cgroup-v1: {cpu.rt_runtime: 5ms, cpu.rt_period: 100ms}\n", script);
  EXPECT_EQ(with.out, "real-time\n") << with.err;
}

TEST_F(CgroupV1, TheCpusetShowsInProc) {
  if (V1("cpuset").empty()) GTEST_SKIP() << "needs the controller cpuset on v1";
  const RunResult result = ContainerTest().RunScript(Stages("cpuset.cpus: 0, cpuset.mems: 0"),
                                                     "grep Cpus_allowed_list /proc/self/status");
  EXPECT_EQ(result.out, "Cpus_allowed_list:\t0\n") << result.err;
}

TEST_F(CgroupV1, ADeviceThatIsNotAllowedCannotBeOpened) {
  if (V1("devices").empty()) GTEST_SKIP() << "needs devices on cgroup v1";
  const RunResult result = ContainerTest().RunScript(
      Stages("devices: [{device: /dev/null}]"),
      "echo x >/dev/null && echo null; head -c1 /dev/zero || echo refused");
  EXPECT_EQ(result.out, "null\nrefused\n") << result.err;
  EXPECT_NE(result.err.find("Operation not permitted"), std::string::npos) << result.err;
}

TEST_F(CgroupV1, ALimitOfADiskStandsInItsFile) {
  const std::string blkio = V1("blkio");
  if (blkio.empty()) GTEST_SKIP() << "needs the controller blkio on cgroup v1";
  const std::string disk = ReadText("/sys/block/loop0/dev");
  if (disk.empty()) GTEST_SKIP() << "needs the disk loop0";
  ContainerTest test;
  const RunResult result =
      test.RunScript("  - mount: {root: root, binds: [{source: " + blkio +
                         ", target: /tmp}]}\n  - cgroup-v1: {io.max: [{device: \"" +
                         disk.substr(0, disk.find('\n')) + "\", rbps: 1MiB, wiops: 7}]}\n",
                     "cd /tmp/" + test.next_id() +
                         " && cat blkio.throttle.read_bps_device blkio.throttle.write_iops_device");
  const std::string name = disk.substr(0, disk.find('\n'));
  EXPECT_EQ(result.out, name + " 1048576\n" + name + " 7\n") << result.err;
}

TEST_F(CgroupV1, ADeviceThatDoesNotExistIsRefusedBeforeAnythingHappens) {
  const RunResult result =
      ContainerTest().RunScript(Stages("devices: [{device: /dev/no-such}]"), "echo started");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(
      result.err.find("cgroup-v1: devices[0].device: cannot find the device \"/dev/no-such\": "),
      std::string::npos)
      << result.err;
}

TEST_F(CgroupV1, AReadOnlyMountIsNamedBeforeAnythingHappens) {
  ContainerTest test;
  test.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare",
                                   "-m",
                                   "/bin/sh",
                                   "-c",
                                   "mount -o remount,ro,bind " + V1("pids") + " && exec \"$@\"",
                                   "sh"};
  for (const std::string& word :
       test.Argv(test.WriteStages(Stages("pids.max: 20")), {"/bin/true"})) {
    argv.push_back(word);
  }
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":6:5: cgroup-v1: parent: cannot make a cgroup in \"" + V1("pids") +
                            "\": Read-only file system (the hierarchy is mounted read-only at " +
                            V1("pids") + ")\n");
}

TEST_F(CgroupV1, AFirstOfSaysWhyNeitherVersionHonoursAnOption) {
  const RunResult result = ContainerTest().RunScript(
      "  - mount: {root: root}\n  - first-of:\n      - cgroup-v2: &limits {memory.high: 64MiB}\n"
      "      - cgroup-v1: *limits\n",
      "echo started");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("cgroup-v2: memory.high: no controller \"memory\""), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("no stage of first-of works here\n"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("cgroup-v1: memory.high: cgroup v1 has no \"memory.high\""),
            std::string::npos)
      << result.err;
}

TEST_F(CgroupV1, AnOptionOfV2IsRefusedBeforeAnythingHappens) {
  const RunResult result = ContainerTest().RunScript(Stages("memory.high: 64MiB"), "echo started");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("cgroup-v1: memory.high: cgroup v1 has no \"memory.high\""),
            std::string::npos)
      << result.err;
}

TEST_F(CgroupV1, OneOptionAgainstAnotherIsRefusedByBothVersions) {
  for (const std::string version : {"cgroup-v1", "cgroup-v2"}) {
    const RunResult result = ContainerTest().RunScript(
        "  - mount: {root: root}\n  - " + version + ": {cpu.max: 0.01, cpu.period: 50ms}\n",
        "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find(version + ": cpu.max of a cpu.period is too little"),
              std::string::npos)
        << result.err;
  }
}

TEST_F(CgroupV1, ADaemonThatIsLeftBehindEndsWithTheContainer) {
  // Without a pid namespace only the cgroup knows what belongs to the container.
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages("  - mount: {root: root}\n  - cgroup-v1\n");
  const RunResult result = slipway::testing::RunProgram(test.Argv(
      config, {"/bin/sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!"}));
  EXPECT_EQ(result.status, 0) << result.err;
  // The orphan became a child of this test, which is a subreaper.
  int status = 0;
  ASSERT_EQ(waitpid(-1, &status, WNOHANG), std::stoi(result.out)) << result.out << result.err;
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  test.ExpectNothingLeft();
}

TEST_F(CgroupV1, CgroupsNestedBeyondTheLimitOfDescriptorsAreRemoved) {
  ExpectNestedCgroupsEnd(V1("pids"), "cgroup-v1: {pids.max: 50}", true);
}

TEST_F(CgroupV1, AProcessNestedBeyondTheLimitOfDescriptorsIsKilled) {
  ExpectNestedCgroupsEnd(V1("pids"), "cgroup-v1: {pids.max: 50}", false);
}

TEST_F(CgroupV1, AContainerThatRenamedItsCgroupIsNotForgotten) {
  ContainerTest test;
  test.MakeRoot();
  const std::string id = test.next_id();
  const RunResult result = slipway::testing::RunProgram(
      test.Argv(test.WriteStages(StagesWith(V1("pids"), "cgroup-v1: {pids.max: 50}", false)),
                {"/bin/sh", "-c",
                 "mv /tmp/$0 /tmp/moved-$0 || exit 1\n"
                 "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!",
                 id}));
  EXPECT_EQ(result.status, 0) << result.err;
  int status = 0;
  EXPECT_EQ(waitpid(-1, &status, WNOHANG), std::stoi(result.out)) << result.out << result.err;
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(ReadText(V1("pids") + "/moved-" + id + "/cgroup.procs"), "");
  EXPECT_NE(access((V1("pids") + "/moved-" + id).c_str(), F_OK), 0);
  test.ExpectNothingLeft();
}

TEST_F(CgroupV1, TwoContainersOfOneNameAreRefused) {
  ContainerTest test;
  const std::string cgroup = V1("pids") + "/" + test.next_id();
  ASSERT_EQ(mkdir(cgroup.c_str(), 0755), 0);
  test.MakeRoot();
  const RunResult result = slipway::testing::RunProgram(
      test.Argv(test.WriteStages(Stages("pids.max: 20")), {"/bin/true"}));
  EXPECT_EQ(rmdir(cgroup.c_str()), 0);
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":6:5: cgroup-v1: cannot make the cgroup \"" + cgroup +
                            "\": File exists (a cgroup of that name exists; choose another "
                            "--name)\n");
}

}  // namespace
