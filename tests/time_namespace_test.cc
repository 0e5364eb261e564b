// Clocks of a container's own. time_namespaces(7).

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/namespace_test.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

// In seconds; CLOCK_BOOTTIME.
constexpr char kUptime[] = "cut -d. -f1 /proc/uptime";
constexpr double kOffset = 1e6;
constexpr char kClocks[] =
    "  - good-namespaces: {clocks: true, monotonic: 2500000000, boottime: 1000000000000000}\n";

class TimeNamespace : public NamespaceTest {
 protected:
  void SetUp() override {
    if (access("/proc/self/ns/time", F_OK) != 0) GTEST_SKIP() << "this kernel has none";
    NamespaceTest::SetUp();
  }

  static double Uptime() { return std::atof(ReadText("/proc/uptime").c_str()); }

  // What /proc/uptime said inside, between what it says outside.
  static void ExpectShifted(double before, const RunResult& result) {
    const double inside = std::atof(result.out.c_str());
    EXPECT_GE(inside, before + kOffset - 1) << result.err;
    EXPECT_LE(inside, Uptime() + kOffset + 1);
  }
};

// The command itself, whoever starts it: the runtime's child, or the container's init.
TEST_F(TimeNamespace, IsTheCommands) {
  for (const char* pid : {"", "  - pid\n", "  - pid: {init: false}\n"}) {
    const double before = Uptime();
    const RunResult result =
        Run(std::string(kClocks) + pid + "  - mount: {root: root}\n" + (*pid ? "  - proc\n" : ""),
            *pid ? kUptime : "/bin/mount -t proc proc /proc && cut -d. -f1 /proc/uptime");
    ExpectShifted(before, result);
  }
}

TEST_F(TimeNamespace, HasBothOffsetsAndItsChildrenHaveThem) {
  const RunResult result =
      Run(std::string(kClocks) + "  - pid\n  - mount: {root: root}\n  - proc\n",
          "cat /proc/self/timens_offsets; a=$(readlink /proc/self/ns/time); "
          "b=$(readlink /proc/self/ns/time_for_children); [ $a = $b ] && echo same");
  EXPECT_EQ(result.out, "monotonic           2 500000000\nboottime      1000000         0\nsame\n")
      << result.err;
}

TEST_F(TimeNamespace, BelongsToAnOwnUserNamespace) {
  const double before = Uptime();
  ExpectShifted(before, Run(std::string("  - good-user-namespace\n") + kClocks +
                                "  - pid\n  - mount: {root: root}\n  - proc\n",
                            kUptime));
}

TEST_F(TimeNamespace, IsAFurtherCommandsToo) {
  StartPod(std::string(kClocks) + "  - pid\n  - mount: {root: root}\n  - proc\n");
  const double before = Uptime();
  ExpectShifted(before, Later({"exec", id(), "/bin/sh", "-c", kUptime}));
}

TEST_F(TimeNamespace, CanBeJoined) {
  StartPod(std::string(kClocks) + "  - pid\n  - mount: {root: root}\n  - proc\n");
  const double before = Uptime();
  ExpectShifted(before, Run("  - good-namespaces: {join: {time: " + File("time") +
                                "}}\n  - pid\n  - mount: {root: root}\n  - proc\n",
                            kUptime));
}

TEST_F(TimeNamespace, RefusesAClockBeforeItsBeginning) {
  ExpectRefusalLike(
      Run("  - good-namespaces: {clocks: true, boottime: -900000000000000000}\n", "true"),
      test_.Path("other.yaml"),
      {"good-namespaces: cannot write \"/proc/self/timens_offsets\": Numerical result out of range "
       "(a clock would be before 0, or later than the kernel can count)"});
}

}  // namespace
}  // namespace slipway::testing
