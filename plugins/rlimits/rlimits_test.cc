#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/process.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunOptions;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

std::string Stages(const std::string& limits) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - rlimits: {" + limits + "}\n";
}

// Name, soft and hard limit, as the container's /proc/self/limits has them.
std::string Limits(const std::string& limits, const std::string& lines) {
  const RunResult result = ContainerTest().RunScript(
      Stages(limits), "grep -E '^Max (" + lines + ") ' /proc/self/limits | tr -s ' '");
  return result.out + result.err;
}

// A caller with 100 open files, 200 as the hard limit, and perhaps without the right to raise it.
void LimitFiles() {
  const rlimit limit{100, 200};
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) abort();
}
void LimitFilesForGood() {
  LimitFiles();
  if (prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0) != 0) abort();
}

RunResult RunFor(ContainerTest& test, void (*caller)(), const std::string& stages,
                 const std::string& script) {
  test.MakeRoot();
  RunOptions options;
  options.prepare = caller;
  return test.RunContainer(test.WriteStages(stages), {"/bin/sh", "-c", script}, options);
}

std::string Refused(const std::string& limits) {
  ContainerTest test;
  const RunResult result = test.RunScript(Stages(limits), "true");
  EXPECT_EQ(result.status, 125) << result.err;
  const std::string begin = "runtime: " + test.Path("test.yaml") + ":6:";
  EXPECT_TRUE(result.err.starts_with(begin)) << result.err;
  return result.err.substr(begin.size());
}

TEST(Rlimits, HoldForTheCommand) {
  EXPECT_EQ(Limits("core: 0, cpu: 100, fsize: 1GiB, data: 2GiB, stack: 4MiB, nofile: 64, nproc: "
                   "5000, as: 8GiB, memlock: 64KiB, rss: 1MiB, locks: 7, sigpending: 90, msgqueue: "
                   "8KiB, nice: 0, rtprio: 0, rttime: 5000",
                   ".*"),
            "Max cpu time 100 100 seconds \n"
            "Max file size 1073741824 1073741824 bytes \n"
            "Max data size 2147483648 2147483648 bytes \n"
            "Max stack size 4194304 4194304 bytes \n"
            "Max core file size 0 0 bytes \n"
            "Max resident set 1048576 1048576 bytes \n"
            "Max processes 5000 5000 processes \n"
            "Max open files 64 64 files \n"
            "Max locked memory 65536 65536 bytes \n"
            "Max address space 8589934592 8589934592 bytes \n"
            "Max file locks 7 7 locks \n"
            "Max pending signals 90 90 signals \n"
            "Max msgqueue size 8192 8192 bytes \n"
            "Max nice priority 0 0 \n"
            "Max realtime priority 0 0 \n"
            "Max realtime timeout 5000 5000 us \n");
}

TEST(Rlimits, SoftAndHardAreATextOrAMap) {
  EXPECT_EQ(Limits("nofile: 20:30, core: {soft: 4KiB, hard: 1MiB}, fsize: 1MiB:1GiB",
                   "open files|core file size|file size"),
            "Max file size 1048576 1073741824 bytes \n"
            "Max core file size 4096 1048576 bytes \n"
            "Max open files 20 30 files \n");
}

TEST(Rlimits, MaxIsNoLimit) {
  rlimit own{};
  getrlimit(RLIMIT_FSIZE, &own);
  if (own.rlim_max != RLIM_INFINITY && !slipway::sys::HasCapability(CAP_SYS_RESOURCE)) {
    GTEST_SKIP() << "this test's own hard limit of file sizes cannot be raised";
  }
  EXPECT_EQ(Limits("fsize: 4KiB:max", "file size"), "Max file size 4096 unlimited bytes \n");
}

TEST(Rlimits, ThoseThatAreNotNamedAreTheCallers) {
  ContainerTest test;
  const RunResult result =
      RunFor(test, LimitFilesForGood, Stages("core: 0"), "ulimit -Sn; ulimit -Hn");
  EXPECT_EQ(result.out, "100\n200\n") << result.err;
}

TEST(Rlimits, HoldWithoutAnInitToo) {
  const RunResult result = ContainerTest().RunScript(
      "  - pid: {init: false}\n  - mount: {root: root}\n  - rlimits: {nofile: 20:30}\n",
      "ulimit -Sn; ulimit -Hn");
  EXPECT_EQ(result.out, "20\n30\n") << result.err;
}

TEST(Rlimits, AFileThatGrowsTooLargeEndsTheCommand) {
  const RunResult result = ContainerTest().RunScript(
      Stages("fsize: 4KiB"), "exec dd if=/dev/zero of=/tmp/f bs=8192 count=2");
  EXPECT_EQ(result.status, 128 + SIGXFSZ) << result.err;
}

// The child may share the memory of the runtime, but not its limits.
TEST(Rlimits, LeaveTheRuntimeAsItIs) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(
      "  - pid\n  - mount: {root: root}\n  - rlimits: "
      "{nofile: 20}\n");
  slipway::testing::Running container(test.Argv(config, {"/bin/sh", "-c", "echo ready; read x"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  const std::string own = ReadText("/proc/self/limits");
  EXPECT_EQ(ReadText("/proc/" + std::to_string(container.pid()) + "/limits"), own);
  container.Signal(SIGTERM);
  container.Await();
  test.ExpectNothingLeft();
}

TEST(Rlimits, AHardLimitAboveTheCallersIsRefusedWithBoth) {
  for (const auto& [limits, place, option] :
       {std::tuple{"nofile: 201", "23", "nofile.soft"},
        std::tuple{"nofile: 20:201", "23", "nofile.hard"},
        std::tuple{"nofile: {soft: 20, hard: 201}", "40", "nofile.hard"}}) {
    ContainerTest test;
    const RunResult result = RunFor(test, LimitFilesForGood, Stages(limits), "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") + ":6:" + place +
                              ": rlimits: " + option +
                              ": a hard limit above the caller's own \"201\" (the caller's is 200, "
                              "and to raise it takes CAP_SYS_RESOURCE on the machine; write at "
                              "most 200)\n");
  }
}

TEST(Rlimits, AFirstOfGoesOnWhereTheHardLimitIsTooHigh) {
  ContainerTest test;
  const RunResult result = RunFor(
      test, LimitFilesForGood,
      "  - mount: {root: root}\n  - first-of: [rlimits: {nofile: 999}, pid]\n", "ulimit -Hn");
  EXPECT_EQ(result.out, "200\n") << result.err;
}

TEST(Rlimits, AreRaisedByWhoMay) {
  if (!slipway::sys::HasCapability(CAP_SYS_RESOURCE)) {
    GTEST_SKIP() << "this machine's root has no CAP_SYS_RESOURCE; the testbed's has";
  }
  ContainerTest test;
  const RunResult result =
      RunFor(test, LimitFiles, Stages("nofile: 300:400"), "ulimit -Sn; ulimit -Hn");
  EXPECT_EQ(result.out, "300\n400\n") << result.err;
}

TEST(Rlimits, NobodyHasMoreOpenFilesThanTheMachineAllows) {
  const std::string most = ReadText("/proc/sys/fs/nr_open");
  const std::string number = most.substr(0, most.find('\n'));
  EXPECT_EQ(Refused("nofile: max"),
            "23: rlimits: nofile.soft: a hard limit above the machine's for open files \"max\" "
            "(the sysctl fs.nr_open is " +
                number + "; write at most " + number + ")\n");
}

// Where the threads of a user namespace count by themselves, nobody else's are in between.
TEST(Rlimits, TooFewProcessesForAnInitAreNamed) {
  for (const auto& [limit, status] : {std::pair{1, 125}, {2, 0}}) {
    const RunResult result = ContainerTest().RunScript(
        "  - user\n  - pid\n  - rlimits: {nproc: " + std::to_string(limit) + "}\n", "true");
    EXPECT_EQ(result.status, status);
    EXPECT_EQ(result.err, status == 0
                              ? ""
                              : "runtime: cannot start the command below its init: Resource "
                                "temporarily unavailable (a limit of processes is reached: "
                                "pids.max, which must be 2 or more, as the init counts too; or "
                                "RLIMIT_NPROC, which counts all threads of the command's user on "
                                "the machine)\n");
  }
}

// Root of a user namespace has the capability there, which the kernel does not ask for.
TEST(Rlimits, InAUserNamespaceTheyCanOnlyBeLowered) {
  for (const auto& [limits, out] : {std::pair{"nofile: 150", "150\n"}, {"nofile: 201", ""}}) {
    ContainerTest test;
    test.MakeRoot();
    const std::string config = test.WriteStages(Stages(limits));
    std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
    const std::vector<std::string> words = test.Argv(config, {"/bin/sh", "-c", "ulimit -Hn"});
    argv.insert(argv.end(), words.begin(), words.end());
    RunOptions options;
    options.prepare = LimitFiles;
    const RunResult result = RunProgram(argv, options);
    EXPECT_EQ(result.out, out) << result.err;
    EXPECT_EQ(result.err.find("above the caller's own") == std::string::npos, *out != '\0')
        << result.err;
  }
}

TEST(Rlimits, MistakesAreRefusedBeforeAnythingStarts) {
  const std::pair<const char*, const char*> cases[] = {
      {"nofile: {soft: 20, hard: 10}",
       "30: rlimits: nofile.soft: a soft limit above the hard one \"20\" (write at most 10, the "
       "hard limit)\n"},
      {"nofile: 20:10",
       "23: rlimits: nofile.soft: a soft limit above the hard one \"20\" (write at most 10, the "
       "hard limit)\n"},
      {"nofile: max:10",
       "23: rlimits: nofile.soft: a soft limit above the hard one \"max\" (write at most 10, the "
       "hard limit)\n"},
      {"nofile: many",
       "23: rlimits: nofile.soft: not an integer \"many\" (write an integer, or max; the form is "
       "10 "
       "or 10:10)\n"},
      {"nofile: -1",
       "23: rlimits: nofile.soft: out of range \"-1\" (write an integer, or max; the form is 10 or "
       "10:10)\n"},
      {"cpu: 0",
       "20: rlimits: cpu.soft: out of range \"0\" (write an integer of at least 1, in s, or max; "
       "the "
       "form is 10 or 10:10)\n"},
      {"nice: 41",
       "21: rlimits: nice.soft: out of range \"41\" (write an integer from 0 to 40, or max; the "
       "form "
       "is 10 or 10:10)\n"},
      {"rtprio: 100",
       "23: rlimits: rtprio.soft: out of range \"100\" (write an integer from 0 to 99, or max; the "
       "form is 10 or 10:10)\n"},
      {"nofile: 1:2:3",
       "23: rlimits: nofile: unknown part \"3\" (write 10 or 10:10, or a map of soft, hard)\n"},
      {"nofile: {hard: 5}",
       "23: rlimits: nofile: missing option \"soft\" (an integer, or max: What the kernel holds "
       "the "
       "process to)\n"},
      {"open: 5",
       "15: rlimits: unknown option \"open\" (see runtime describe rlimits for its options)\n"},
  };
  for (const auto& [limits, error] : cases) EXPECT_EQ(Refused(limits), error) << limits;
}

TEST(Rlimits, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan("  - rlimits: {core: 0:4KiB, cpu: 9}\n");
  EXPECT_NE(plan.out.find("  limit      cpu   soft 9, hard 9\n"), std::string::npos)
      << plan.out << plan.err;
  EXPECT_NE(plan.out.find("  limit      core  soft 0, hard 4096\n"), std::string::npos) << plan.out;
}

}  // namespace
