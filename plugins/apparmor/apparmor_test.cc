// What is refused, and what is told. Commands under a profile: tests/apparmor_test.cc.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunOptions;
using slipway::testing::RunResult;

constexpr char kEnabled[] = "/sys/module/apparmor/parameters/enabled";

bool IsEnabled() { return ReadText(kEnabled) == "Y\n"; }

std::string Stages(const std::string& profile) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - apparmor: {profile: " + profile + "}\n";
}

class AppArmor : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  }

  void ExpectRefusal(const RunResult& result, const std::string& line) {
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") + ":6:" + line + "\n");
  }

  ContainerTest test_;
};

TEST_F(AppArmor, AKernelWithoutItIsAnsweredWithTheCure) {
  const std::string off = test_.Write("off", "N\n");
  RunOptions options;
  if (IsEnabled()) {
    options.prepare = [&off] {
      if (unshare(CLONE_NEWNS) != 0 ||
          mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount(off.c_str(), kEnabled, nullptr, MS_BIND, nullptr) != 0) {
        abort();
      }
    };
  }
  test_.MakeRoot();
  ExpectRefusal(
      test_.RunContainer(test_.WriteStages(Stages("any")), {"/bin/true"}, options),
      "5: apparmor: AppArmor is not enabled (/sys/module/apparmor/parameters/enabled does not say "
      "so; start a kernel that has it with apparmor in lsm= of its command line)");
}

TEST_F(AppArmor, WithoutItAFirstOfGoesOn) {
  if (IsEnabled()) GTEST_SKIP() << "this kernel has it";
  const RunResult result =
      test_.RunScript("  - first-of: [apparmor: {profile: any}, pid]\n", "echo runs");
  EXPECT_EQ(result.out, "runs\n") << result.err;
}

TEST_F(AppArmor, AProfileThatIsNotLoadedIsAnsweredWithTheCure) {
  if (!IsEnabled()) GTEST_SKIP() << "this kernel has no AppArmor";
  ExpectRefusal(test_.RunScript(Stages("slipway-none-of-these"), "true"),
                "25: apparmor: profile: the kernel has no profile \"slipway-none-of-these\" (load "
                "it: apparmor_parser -r FILE)");
}

TEST_F(AppArmor, UnconfinedIsAlwaysThere) {
  if (!IsEnabled()) GTEST_SKIP() << "this kernel has no AppArmor";
  const RunResult result =
      test_.RunScript(Stages("unconfined"), "cat /proc/self/attr/apparmor/current");
  EXPECT_EQ(result.out, "unconfined\n") << result.err;
}

TEST_F(AppArmor, WhatIsNoNameIsRefused) {
  ExpectRefusal(test_.RunScript(Stages("\" blank\""), "true"),
                "25: apparmor: profile: not the name of a profile \" blank\" (it has no blank at "
                "its ends, and no control characters)");
  const RunResult line = test_.RunScript(Stages("\"two\\nlines\""), "true");
  EXPECT_EQ(line.status, 125);
  EXPECT_NE(line.err.find("profile: not the name of a profile"), std::string::npos) << line.err;
}

TEST_F(AppArmor, SaysWhatItWouldDo) {
  if (!IsEnabled()) GTEST_SKIP() << "this kernel has no AppArmor";
  const RunResult plan = test_.Plan(Stages("unconfined"));
  EXPECT_NE(plan.out.find("  process    AppArmor  the profile unconfined\n"), std::string::npos)
      << plan.out << plan.err;
}

}  // namespace
