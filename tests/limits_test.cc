// What limits do, seen from inside: on whichever version of cgroups the machine has.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

std::string Stages(const std::string& limits) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - first-of:\n      - cgroup-v2: {" +
         limits + "}\n      - cgroup-v1: {" + limits + "}\n";
}

// Keeps a processor busy: until there is /etc/go, and then for two seconds, of which it prints how
// much of the processor it got.
constexpr char kBusy[] = R"(
function now(line) { getline line < "/proc/uptime"; close("/proc/uptime"); return line + 0 }
function used() { getline < "/proc/self/stat"; close("/proc/self/stat"); return ($14 + $15) / 100 }
BEGIN {
  print "started"; fflush()
  while ((getline go < "/etc/go") < 0);
  start = now()
  before = used()
  while (now() < start + 2) for (i = 0; i < 1000; i++);
  wall = now() - start
  print (used() - before) / wall
})";

double ShareIn(const RunResult& result) {
  EXPECT_EQ(result.out.find("started\n"), 0u) << result.out << result.err;
  return std::atof(result.out.c_str() + result.out.find('\n') + 1);
}

TEST(Limits, CpuQuotaHolds) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/go", "");
  const double share =
      ShareIn(test.RunContainer(test.WriteStages(Stages("cpu.max: 0.25")), {"awk", kBusy}));
  EXPECT_GT(share, 0.1);
  EXPECT_LT(share, 0.35);
}

TEST(Limits, BusyContainersShareACpuByTheirWeights) {
  ContainerTest heavy;
  ContainerTest light;
  heavy.MakeRoot();
  light.MakeRoot();
  Running first(
      heavy.Argv(heavy.WriteStages(Stages("cpu.weight: 300, cpuset.cpus: 0")), {"awk", kBusy}));
  Running second(
      light.Argv(light.WriteStages(Stages("cpu.weight: 100, cpuset.cpus: 0")), {"awk", kBusy}));
  ASSERT_TRUE(first.AwaitOutput("started\n")) << first.Await().err;
  ASSERT_TRUE(second.AwaitOutput("started\n")) << second.Await().err;
  heavy.Write("root/etc/go", "");
  light.Write("root/etc/go", "");
  const double heavy_share = ShareIn(first.Await());
  const double light_share = ShareIn(second.Await());
  EXPECT_GT(heavy_share, 1.8 * light_share);
  EXPECT_LT(heavy_share, 4.5 * light_share);
  heavy.ExpectNothingLeft();
  light.ExpectNothingLeft();
}

TEST(Limits, ForkBombStops) {
  const RunResult result = ContainerTest().RunScript(
      Stages("pids.max: 20"),
      // With the init and the shell.
      "n=2; while [ $n -lt 50 ]; do sleep 1000 >/dev/null 2>&1 & n=$((n + 1)); echo $n; done");
  EXPECT_NE(result.out.find("\n20\n"), std::string::npos) << result.out << result.err;
  EXPECT_EQ(result.out.find("\n21\n"), std::string::npos) << result.out;
}

constexpr char kInitCounts[] =
    "runtime: cannot start the command below its init: Resource temporarily unavailable (a "
    "limit of processes is reached: pids.max, which must be 2 or more, as the init counts too; or "
    "RLIMIT_NPROC, which counts all threads of the command's user on the machine)\n";

TEST(Limits, OneTaskIsTooFewWithAnInit) {
  const RunResult result = ContainerTest().RunScript(Stages("pids.max: 1"), "echo ran");
  EXPECT_EQ(result.err, kInitCounts);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, 125);
}

// A child that is parked joins its cgroup in another order.
TEST(Limits, OneTaskIsTooFewWithAnInitInAParkedStart) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result =
      test.RunContainer(test.WriteStages(Stages("pids.max: 1") + "  - bad-throws\n"), {"/bin/true"},
                        {}, {"--plugin-dir", Runfile("tests/plugins")});
  EXPECT_EQ(result.err, kInitCounts);
  EXPECT_EQ(result.status, 125);
}

TEST(Limits, OneTaskIsEnoughWithoutAnInit) {
  std::string stages = Stages("pids.max: 1");
  stages.replace(stages.find("- pid\n"), 6, "- pid: {init: false}\n");
  const RunResult result = ContainerTest().RunScript(stages, "echo ran");
  EXPECT_EQ(result.out, "ran\n") << result.err;
}

TEST(Limits, TooMuchMemoryIsKilledAndNamed) {
  const RunResult result = ContainerTest().RunScript(
      Stages("memory.max: 16MiB"), "exec dd if=/dev/zero of=/dev/null bs=256M count=1");
  EXPECT_EQ(result.status, 137);
  EXPECT_NE(result.err.find(": out of memory: the kernel killed a process of the container (its "
                            "limit is 16777216 bytes)\n"),
            std::string::npos)
      << result.err;
}

TEST(Limits, CpusetShowsInProc) {
  const RunResult result = ContainerTest().RunScript(Stages("cpuset.cpus: 0"),
                                                     "grep Cpus_allowed_list /proc/self/status");
  EXPECT_EQ(result.out, "Cpus_allowed_list:\t0\n") << result.err;
}

TEST(Limits, StatsHaveTheSameNamesOnBothVersions) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result =
      test.RunContainer(test.WriteStages(Stages("memory.max: 64MiB, cpu.max: 1, pids.max: 20")),
                        {"true"}, {}, {"--stats", test.Path("stats.json")});
  EXPECT_EQ(result.status, 0) << result.err;
  const std::string stats = ReadText(test.Path("stats.json"));
  for (const char* name : {"memory.peak", "memory.oom_kill", "cpu.nr_throttled",
                           "cpu.throttled_usec", "pids.max_reached"}) {
    EXPECT_NE(stats.find("\"" + std::string(name) + "\":"), std::string::npos) << stats;
  }
}

}  // namespace
}  // namespace slipway::testing
