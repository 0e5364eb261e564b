#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/host.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunResult;

constexpr char kRoot[] = "  - mount: {root: root}\n  - proc\n";

std::string Stages(const std::string& options, const std::string& pid = "  - pid\n") {
  return "  - time: {" + options + "}\n" + pid + kRoot;
}

double Uptime() { return std::atof(ReadText("/proc/uptime").c_str()); }

class Time : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access("/proc/self/ns/time", F_OK) != 0) GTEST_SKIP() << "this kernel has none";
  }

  // "monotonic -2 500000000\nboottime 0 0\n"
  static std::string Offsets(const std::string& stages) {
    const RunResult result = ContainerTest().RunScript(
        stages, "while read a b c; do echo $a $b $c; done < /proc/self/timens_offsets");
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }

  // Before anything happens, in one line, which says this of test.yaml:3 behind the column.
  static void ExpectRefused(const std::string& options, const std::string& line) {
    ContainerTest test;
    test.MakeRoot();
    const RunResult result = test.RunContainer(test.WriteStages(Stages(options)), {"/bin/true"});
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err.find("runtime: " + test.Path("test.yaml") + ":3:"), 0u) << result.err;
    EXPECT_NE(result.err.find(": time: " + line), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1);
  }
};

// Whoever executes the command: the runtime's child, or the container's init.
TEST_F(Time, UptimeIsAheadOfTheMachines) {
  constexpr double kOffset = 360'000;
  for (const char* pid : {"  - pid\n", "  - pid: {init: false}\n"}) {
    const double before = Uptime();
    const RunResult result =
        ContainerTest().RunScript(Stages("boottime: 100h", pid), "cat /proc/uptime");
    const double inside = std::atof(result.out.c_str());
    EXPECT_GE(inside, before + kOffset) << result.err;
    EXPECT_LE(inside, Uptime() + kOffset + 0.01);
  }
}

TEST_F(Time, ClocksHaveOffsetsOfTheirOwn) {
  EXPECT_EQ(Offsets(Stages("monotonic: 2500ms, boottime: 1h")),
            "monotonic 2 500000000\nboottime 3600 0\n");
  EXPECT_EQ(Offsets(Stages("monotonic: 1ns")), "monotonic 0 1\nboottime 0 0\n");
}

// The kernel counts the nanoseconds upwards from the seconds.
TEST_F(Time, AClockMayBeBehindTheMachines) {
  EXPECT_EQ(Offsets(Stages("monotonic: -1.5s, boottime: -2s")),
            "monotonic -2 500000000\nboottime -2 0\n");
}

TEST_F(Time, IsANamespaceOfItsOwnAlsoWithoutOffsets) {
  EXPECT_EQ(Offsets("  - time\n  - pid\n" + std::string(kRoot)), "monotonic 0 0\nboottime 0 0\n");
  const RunResult result = ContainerTest().RunScript("  - time\n  - pid\n" + std::string(kRoot),
                                                     "readlink /proc/self/ns/time");
  EXPECT_EQ(result.out.find("time:["), 0u) << result.out << result.err;
  char own[64] = {};
  ASSERT_GT(readlink("/proc/self/ns/time", own, sizeof(own) - 1), 0);
  EXPECT_EQ(result.out.find(own), std::string::npos) << result.out;
}

TEST_F(Time, TheMachinesClocksStayAsTheyAre) {
  const double before = Uptime();
  timespec first{};
  clock_gettime(CLOCK_MONOTONIC, &first);
  ContainerTest().RunScript(Stages("monotonic: 100h, boottime: 100h"), ":");
  timespec then{};
  clock_gettime(CLOCK_MONOTONIC, &then);
  EXPECT_LT(then.tv_sec - first.tv_sec, 3600);
  EXPECT_LT(Uptime() - before, 3600);
}

TEST_F(Time, NoClockIsSetToBefore0) {
  ExpectRefused("boottime: -999999h", "boottime: a clock before 0 \"-3599996400s\" (the machine's");
  ExpectRefused("monotonic: -999999.5h", "monotonic: a clock before 0 ");
}

TEST_F(Time, RefusesWhatIsNoOffset) {
  const std::string right = "(write a duration from -1000000h to 1000000h, such as 100ms)\n";
  ExpectRefused("monotonic: soon", "monotonic: not a duration \"soon\" " + right);
  ExpectRefused("boottime: 1000001h", "boottime: out of range \"1000001h\" " + right);
  ExpectRefused("boottime: -1000001h", "boottime: out of range \"-1000001h\" " + right);
  ExpectRefused("boottime: -5",
                "boottime: a duration without a unit \"-5\" (write -5ms or -5s; units are ns us ms "
                "s m h)\n");
}

TEST_F(Time, CannotBeSetTwice) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result =
      test.RunContainer(test.WriteStages("  - time\n  - time\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err.find("runtime: " + test.Path("test.yaml") + ":4:5: "), 0u) << result.err;
}

TEST_F(Time, IsNotHereWhereTheKernelHasNoSuchNamespaces) {
  if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  const ContainerTest test;
  const slipway::Status probed = slipway::testing::ProbeInRoot(
      slipway::testing::Runfile("plugins/time/libtime_stage.so"), test.folder());
  ASSERT_FALSE(probed.ok());
  EXPECT_TRUE(probed.error()->not_here);
  EXPECT_STREQ(probed.error()->operation, "this kernel has no time namespaces");
}

TEST_F(Time, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan("  - time: {monotonic: -1.5s, boottime: 1h}\n");
  EXPECT_NE(plan.out.find("  namespace  time             a new one\n"
                          "  other      CLOCK_MONOTONIC  1.5s behind the machine's\n"
                          "  other      CLOCK_BOOTTIME   3600s ahead of the machine's\n"),
            std::string::npos)
      << plan.out << plan.err;
  const RunResult plain = ContainerTest().Plan("  - time\n");
  EXPECT_NE(plain.out.find("CLOCK_BOOTTIME   as the machine's\n"), std::string::npos) << plain.out;
}

}  // namespace
