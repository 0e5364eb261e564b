#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/file.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunOptions;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;
using slipway::testing::RunWithout;

std::string Stages(const std::string& options) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - priority: {" + options + "}\n";
}

// Nice value, real-time priority and policy are the fields 19, 40 and 41; proc(5).
constexpr char kStat[] = "cut -d' ' -f19,40,41 /proc/self/stat";

// What a program of the machine's says, in a container with the machine's files.
RunResult OnTheMachine(const std::string& options, const std::string& script) {
  ContainerTest test;
  return test.RunContainer(test.WriteStages("  - priority: {" + options + "}\n"),
                           {"/bin/sh", "-c", script});
}

// Can this machine's root have a real-time policy here? Not in a cgroup of v1 without
// cpu.rt_runtime_us.
bool MayHaveRealTime() { return RunProgram({"/usr/bin/chrt", "-f", "1", "/bin/true"}).status == 0; }

// A caller without the right to more than it has.
void Drop(unsigned long capability) {
  if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) abort();
}
void DropNice() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_NICE, &none) != 0 || setrlimit(RLIMIT_RTPRIO, &none) != 0) abort();
  Drop(CAP_SYS_NICE);
  Drop(CAP_SYS_ADMIN);
}
void DropResource() {
  if (!slipway::sys::WriteFile("/proc/self/oom_score_adj", "100").ok()) abort();
  Drop(CAP_SYS_RESOURCE);
}

std::string RefusedFor(void (*caller)(), const std::string& options) {
  ContainerTest test;
  RunOptions run;
  run.prepare = caller;
  const RunResult result =
      test.RunContainer(test.WriteStages("  - priority: {" + options + "}\n"), {"/bin/true"}, run);
  EXPECT_EQ(result.status, 125) << result.err;
  const std::string begin = "runtime: " + test.Path("test.yaml") + ":3:";
  EXPECT_TRUE(result.err.starts_with(begin)) << result.err;
  return result.err.substr(begin.size());
}

std::string Refused(const std::string& options) { return RefusedFor(nullptr, options); }

TEST(Priority, HoldsForTheCommand) {
  const RunResult result = ContainerTest().RunScript(
      Stages(
          "nice: 7, scheduling: batch, affinity: '0', ioprio: best-effort:6, oom_score_adj: 321"),
      std::string(kStat) +
          "; cat /proc/self/oom_score_adj; grep Cpus_allowed_list /proc/self/status; ionice");
  EXPECT_EQ(result.out, "7 0 3\n321\nCpus_allowed_list:\t0\nbest-effort: prio 6\n") << result.err;
}

TEST(Priority, IdlePolicyAndClass) {
  const RunResult result = ContainerTest().RunScript(Stages("scheduling: idle, ioprio: idle"),
                                                     std::string(kStat) + "; ionice");
  EXPECT_EQ(result.out, "0 0 5\nidle\n") << result.err;
}

// sched_setattr(2) sets the nice value too.
TEST(Priority, APolicyAloneKeepsTheCallersNiceValue) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  options.prepare = [] { (void)!nice(5); };
  const RunResult result = test.RunContainer(test.WriteStages(Stages("scheduling: batch")),
                                             {"/bin/sh", "-c", kStat}, options);
  EXPECT_EQ(result.out, "5 0 3\n") << result.err;
}

TEST(Priority, RootMayHaveMoreThanOthers) {
  const RunResult result = ContainerTest().RunScript(Stages("nice: -6, ioprio: realtime"),
                                                     std::string(kStat) + "; ionice");
  EXPECT_EQ(result.out, "-6 0 0\nrealtime: prio 4\n") << result.err;
}

TEST(Priority, RealTimePolicies) {
  if (!MayHaveRealTime()) GTEST_SKIP() << "this cgroup gives nobody a real-time policy";
  for (const auto& [options, out] :
       {std::pair{"fifo:5", "0 5 1\n"}, {"{policy: rr, priority: 99}", "0 99 2\n"}}) {
    const RunResult result =
        ContainerTest().RunScript(Stages(std::string("scheduling: ") + options), kStat);
    EXPECT_EQ(result.out, out) << result.err;
  }
}

TEST(Priority, Deadline) {
  for (const auto& [options, parameters] :
       {std::pair{"{policy: deadline, runtime: 10ms, deadline: 30ms, period: 100ms}",
                  "10000000/30000000/100000000\n"},
        {"'deadline:runtime=2ms,deadline=50ms'", "2000000/50000000/50000000\n"}}) {
    const RunResult result = OnTheMachine(std::string("scheduling: ") + options, "exec chrt -p $$");
    EXPECT_NE(result.out.find("SCHED_DEADLINE\n"), std::string::npos) << result.out << result.err;
    EXPECT_TRUE(result.out.ends_with(parameters)) << result.out;
  }
}

TEST(Priority, DeadlineIsRefusedBelowAnInit) {
  ContainerTest test;
  const std::string config = test.WriteStages(
      "  - pid\n  - priority: {scheduling: {policy: deadline, runtime: 10ms, deadline: 30ms}}\n");
  const RunResult result = test.RunContainer(config, {"/bin/true"});
  EXPECT_EQ(result.err, "runtime: " + config +
                            ":4:5: priority: the command cannot have the policy SCHED_DEADLINE "
                            "below an init (the init has it too, and no such process can start "
                            "another; sched(7))\n");
}

TEST(Priority, ADeadlineThatCannotBeKeptIsRefused) {
  ContainerTest test;
  const std::string config =
      test.WriteStages("  - priority: {scheduling: 'deadline:runtime=9ms,deadline=9ms'}\n");
  const RunResult result = RunWithout(SYS_sched_setattr, EBUSY, test.Argv(config, {"/bin/true"}));
  EXPECT_EQ(result.err, "runtime: " + config +
                            ":3:5: priority: cannot set the command's scheduling policy to "
                            "\"SCHED_DEADLINE\": Device or resource busy (the machine has not so "
                            "much processor time left to promise)\n");
  test.ExpectNothingLeft();
}

TEST(Priority, MoreThanTheCallerHasIsRefused) {
  const std::tuple<void (*)(), const char*, const char*> cases[] = {
      {DropNice, "nice: -1",
       "22: priority: nice: a nice value below the caller's own \"-1\" (the caller's is 0, and to "
       "lower it takes CAP_SYS_NICE on the machine, or RLIMIT_NICE; write at least 0)\n"},
      {DropNice, "scheduling: fifo:5",
       "28: priority: scheduling.policy: the caller may not give the command the policy \"fifo\" "
       "(it "
       "takes CAP_SYS_NICE on the machine, or RLIMIT_RTPRIO)\n"},
      {DropNice, "scheduling: {policy: deadline, runtime: 1ms, deadline: 9ms}",
       "37: priority: scheduling.policy: the caller may not give the command the policy "
       "\"deadline\" (it takes CAP_SYS_NICE on the machine)\n"},
      {DropNice, "ioprio: realtime:0",
       "24: priority: ioprio.class: the caller may not give the command the I/O class \"realtime\" "
       "(it takes CAP_SYS_NICE or CAP_SYS_ADMIN on the machine)\n"},
      {DropResource, "oom_score_adj: -900",
       "31: priority: oom_score_adj: an oom_score_adj below the caller's own \"-900\" (the "
       "caller's "
       "is 100, and to lower it takes CAP_SYS_RESOURCE on the machine; write at least 100)\n"},
  };
  for (const auto& [caller, options, error] : cases) EXPECT_EQ(RefusedFor(caller, options), error);
}

// RLIMIT_NICE and RLIMIT_RTPRIO need no capability.
TEST(Priority, WhatTheCallersLimitsAllowIsAllowed) {
  if (!MayHaveRealTime()) GTEST_SKIP() << "this cgroup gives nobody a real-time policy";
  ContainerTest test;
  RunOptions options;
  options.prepare = [] {
    const rlimit nice{22, 22};
    const rlimit priority{5, 5};
    if (setrlimit(RLIMIT_NICE, &nice) != 0) _exit(77);
    if (setrlimit(RLIMIT_RTPRIO, &priority) != 0) _exit(77);
    Drop(CAP_SYS_NICE);
  };
  const RunResult result =
      test.RunContainer(test.WriteStages("  - priority: {nice: -2, scheduling: rr:5}\n"),
                        {"/bin/sh", "-c", kStat}, options);
  if (result.status == 77) GTEST_SKIP() << "this root cannot raise its limits; the testbed's can";
  EXPECT_EQ(result.out, "-2 5 2\n") << result.err;
}

// Whoever has raised it without CAP_SYS_RESOURCE may lower it again.
TEST(Priority, OomScoreAdjMayBeWhatItWasBefore) {
  ContainerTest test;
  RunOptions options;
  options.program = "/bin/sh";
  const std::vector<std::string> words =
      test.Argv(test.WriteStages("  - priority: {oom_score_adj: 20}\n"),
                {"/bin/cat", "/proc/self/oom_score_adj"});
  std::vector<std::string> argv = {"/bin/sh", "-c",
                                   "echo 300 > /proc/self/oom_score_adj && exec \"$@\"", "sh"};
  argv.insert(argv.end(), words.begin(), words.end());
  options.prepare = [] { Drop(CAP_SYS_RESOURCE); };
  const RunResult result = RunProgram(argv, options);
  EXPECT_EQ(result.out, "20\n") << result.err;
  test.ExpectNothingLeft();
}

TEST(Priority, AFirstOfGoesOnWhereTheCallerMayNot) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  options.prepare = DropResource;
  const RunResult result =
      test.RunContainer(test.WriteStages("  - first-of: [priority: {oom_score_adj: -900}, pid]\n"),
                        {"/bin/cat", "/proc/self/oom_score_adj"}, options);
  EXPECT_EQ(result.out, "100\n") << result.err;
}

TEST(Priority, InAUserNamespaceOnlyLessIsAllowed) {
  for (const auto& [options, out] :
       {std::pair{"nice: 3, oom_score_adj: 900", "3 0 0\n"}, {"nice: -3", ""}}) {
    ContainerTest test;
    test.MakeRoot();
    const std::string config = test.WriteStages(Stages(options));
    std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
    const std::vector<std::string> words = test.Argv(config, {"/bin/sh", "-c", kStat});
    argv.insert(argv.end(), words.begin(), words.end());
    const RunResult result = RunProgram(argv);
    EXPECT_EQ(result.out, out) << result.err;
    EXPECT_EQ(result.err.find("a nice value below the caller's own") == std::string::npos,
              *out != '\0')
        << result.err;
  }
}

TEST(Priority, TheRuntimeKeepsItsOwn) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(
      "  - pid: {init: false}\n  - mount: {root: root}\n  - priority: {nice: 9, oom_score_adj: "
      "700}\n");
  slipway::testing::Running container(test.Argv(config, {"/bin/sh", "-c", "echo ready; read x"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  const std::string proc = "/proc/" + std::to_string(container.pid());
  EXPECT_EQ(ReadText(proc + "/oom_score_adj"), ReadText("/proc/self/oom_score_adj"));
  EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(container.pid())),
            getpriority(PRIO_PROCESS, 0));
  container.Signal(SIGTERM);
  container.Await();
  test.ExpectNothingLeft();
}

TEST(Priority, MistakesAreRefusedBeforeAnythingStarts) {
  const std::pair<const char*, const char*> cases[] = {
      {"nice: 20", "22: priority: nice: out of range \"20\" (write an integer from -20 to 19)\n"},
      {"scheduling: batch:3",
       "28: priority: scheduling.priority: a priority with the policy \"batch\" (it is for the "
       "policies fifo and rr; others have nice)\n"},
      {"scheduling: rr",
       "28: priority: scheduling: no priority with the policy \"rr\" (write such as rr:1, up to "
       "99)\n"},
      {"scheduling: deadline",
       "28: priority: scheduling: the policy deadline without a \"runtime\" (write such as "
       "{policy: "
       "deadline, runtime: 10ms, deadline: 30ms, period: 100ms})\n"},
      {"scheduling: 'deadline:runtime=9ms'",
       "28: priority: scheduling: the policy deadline without a \"deadline\" (write such as "
       "{policy: deadline, runtime: 10ms, deadline: 30ms, period: 100ms})\n"},
      {"scheduling: 'deadline:runtime=9ms,deadline=8ms'",
       "28: priority: scheduling.runtime: a runtime longer than the deadline \"9000000ns\" (write "
       "at most 8000000ns)\n"},
      {"scheduling: 'deadline:runtime=1ms,deadline=8ms,period=7ms'",
       "28: priority: scheduling.deadline: a deadline longer than the period \"8000000ns\" (write "
       "at most 7000000ns)\n"},
      {"scheduling: 'batch:runtime=1ms'",
       "28: priority: scheduling.runtime: a runtime with the policy \"batch\" (it is for the "
       "policy "
       "deadline)\n"},
      {"scheduling: 'deadline:runtime=1ms,deadline=9h'",
       "28: priority: scheduling.deadline: a period outside of what this machine takes "
       "\"32400000000000ns\" (the sysctl kernel.sched_deadline_period_max_us is 4194304us)\n"},
      {"affinity: '0', scheduling: 'deadline:runtime=1ms,deadline=9ms'",
       "26: priority: affinity: an affinity with the policy \"deadline\" (such a process runs on "
       "all CPUs: leave one of both out)\n"},
      {"affinity: 3-1",
       "26: priority: affinity: not a list of numbers \"3-1\" (write numbers up to 8191 and "
       "ranges, "
       "such as 0-3,8)\n"},
      {"ioprio: idle:3",
       "24: priority: ioprio.level: a level with the class \"idle\" (it has none: leave the level "
       "out)\n"},
      {"oom_score_adj: 1001",
       "31: priority: oom_score_adj: out of range \"1001\" (write an integer from -1000 to "
       "1000)\n"},
  };
  for (const auto& [options, error] : cases) EXPECT_EQ(Refused(options), error) << options;
}

TEST(Priority, ACpuThatIsNotThereIsRefused) {
  const std::string online = ReadText("/sys/devices/system/cpu/online");
  EXPECT_EQ(Refused("affinity: '0,8191'"),
            "26: priority: affinity: this machine has no CPU \"8191\" (there are " +
                online.substr(0, online.find('\n')) + ")\n");
}

bool HasCoreScheduling() {
  uint64_t cookie = 0;
  return prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, PR_SCHED_CORE_SCOPE_THREAD, &cookie) == 0;
}

// So that this kernel refuses the call is all that can be seen on one without.
TEST(Priority, CoreSchedulingIsRefusedWhereTheKernelHasNone) {
  if (HasCoreScheduling()) GTEST_SKIP() << "this kernel has core scheduling";
  const std::string error = Refused("core_scheduling: true");
  EXPECT_TRUE(error.starts_with("33: priority: core_scheduling: cannot use core scheduling: "))
      << error;
  EXPECT_NE(error.find("CONFIG_SCHED_CORE"), std::string::npos) << error;
  ContainerTest test;
  test.MakeRoot();
  EXPECT_EQ(
      test.RunScript("  - first-of: [priority: {core_scheduling: true}, none]\n", "echo ran").out,
      "ran\n");
}

TEST(Priority, CoreSchedulingHoldsForTheContainer) {
  if (!HasCoreScheduling()) GTEST_SKIP() << "this kernel has no core scheduling";
  EXPECT_EQ(ContainerTest().RunScript("  - priority: {core_scheduling: true}\n", "echo ran").out,
            "ran\n");
}

TEST(Priority, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan(
      "  - priority: {nice: 4, scheduling: 'deadline:runtime=1ms,deadline=9ms', ioprio: idle, "
      "oom_score_adj: 5}\n");
  for (const char* line :
       {"  process    nice           4\n",
        "  process    scheduling     deadline, 1000000ns of each 9000000ns, within 9000000ns\n",
        "  process    ioprio         idle\n", "  process    oom_score_adj  5\n"}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << plan.out << plan.err;
  }
}

}  // namespace
