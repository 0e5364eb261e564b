// Each call to the kernel that can fail says what was wanted, and the command does not run.

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <ostream>
#include <string>

#include "plugins/landlock/ruleset.h"
#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

struct Fault {
  const char* name;
  unsigned call;
  unsigned cause;
  const char* options;
  const char* line;  // behind "FILE:5:"
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class LandlockFault : public ::testing::TestWithParam<Fault> {};

TEST_P(LandlockFault, IsToldAndNothingRuns) {
  if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  if (slipway::landlock::Abi() < 1) GTEST_SKIP() << "this kernel has no Landlock";
  const Fault& fault = GetParam();
  ContainerTest test;
  test.MakeRoot();
  const std::string config =
      test.WriteStages("  - pid\n  - mount: {root: root}\n  - landlock: {best_effort: true, " +
                       std::string(fault.options) + "}\n");
  const RunResult result = slipway::testing::RunWithout(fault.call, fault.cause,
                                                        test.Argv(config, {"/bin/echo", "runs"}));
  test.ExpectNothingLeft();
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "runtime: " + config + ":5:" + fault.line + "\n");
}

constexpr char kExecute[] = "execute: [/bin]";

INSTANTIATE_TEST_SUITE_P(
    All, LandlockFault,
    ::testing::Values(
        Fault{"AddRule", SYS_landlock_add_rule, EPERM, kExecute,
              "45: landlock: execute[0].path: cannot allow the command what it may do with "
              "\"/bin\": Operation not permitted"},
        Fault{"TooManyRulesets", SYS_landlock_restrict_self, E2BIG, kExecute,
              "5: landlock: cannot restrict the command by Landlock: Argument list too long (the "
              "runtime itself runs below as many rulesets as the kernel takes)"},
        Fault{"NoRight", SYS_landlock_restrict_self, EPERM, kExecute,
              "5: landlock: cannot restrict the command by Landlock: Operation not permitted (it "
              "takes no_new_privs, which the stage credentials sets, or CAP_SYS_ADMIN)"}),
    [](const auto& info) { return std::string(info.param.name); });

// The kernel's own answer, where it has no TCP.
TEST(LandlockFaultOfPorts, SaysThatThereIsNoTcp) {
  if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  if (slipway::landlock::Abi() < 4) GTEST_SKIP() << "Landlock of this kernel knows no ports";
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages("  - landlock: {tcp_bind: [80]}\n");
  const RunResult result = slipway::testing::RunWithout(SYS_landlock_add_rule, EAFNOSUPPORT,
                                                        test.Argv(config, {"/bin/echo", "runs"}));
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(
      result.err,
      "runtime: " + config +
          ":3:27: landlock: tcp_bind[0]: cannot allow the command the TCP port \"80\": Address "
          "family not supported by protocol (this kernel has no TCP)\n");
}

}  // namespace
