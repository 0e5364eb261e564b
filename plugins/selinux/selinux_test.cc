// No kernel of this project's tests has SELinux: what is tried here ends with the kernel's refusal.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cstdlib>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunOptions;
using slipway::testing::RunResult;

constexpr char kFilesystems[] = "/proc/filesystems";
constexpr char kLabel[] = "system_u:system_r:container_t:s0:c1,c2";

std::string Stages(const std::string& label) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - selinux: {label: \"" + label + "\"}\n";
}

class Selinux : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
    if (ReadText(kFilesystems).find("selinuxfs") != std::string::npos) {
      GTEST_SKIP() << "this kernel has SELinux";
    }
    test_.MakeRoot();
  }

  // The runtime, for which this is a machine with SELinux, so that it goes on to the kernel.
  RunOptions Pretending() const {
    const std::string file = test_.Write("filesystems", "nodev\tselinuxfs\n");
    RunOptions options;
    options.prepare = [file] {
      if (unshare(CLONE_NEWNS) != 0 ||
          mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount(file.c_str(), kFilesystems, nullptr, MS_BIND, nullptr) != 0) {
        abort();
      }
    };
    return options;
  }

  void ExpectRefusal(const RunResult& result, const std::string& line) const {
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("runtime: " + test_.Path("test.yaml") + ":6:" + line),
              std::string::npos)
        << result.err;
  }

  ContainerTest test_;
};

TEST_F(Selinux, AKernelWithoutItIsAnsweredWithTheCure) {
  ExpectRefusal(test_.RunScript(Stages(kLabel), "true"),
                "5: selinux: SELinux is not enabled (/proc/filesystems has no selinuxfs; start a "
                "kernel that has it with selinux in lsm= of its command line, on a system with a "
                "policy)\n");
}

TEST_F(Selinux, WithoutItAFirstOfGoesOn) {
  const RunResult result =
      test_.RunScript("  - first-of: [selinux: {label: \"u:r:t\"}, pid]\n", "echo runs");
  EXPECT_EQ(result.out, "runs\n") << result.err;
}

TEST_F(Selinux, ALabelThatTheKernelRefusesIsTheStagesAndNothingRuns) {
  ExpectRefusal(
      test_.RunContainer(test_.WriteStages(Stages(kLabel)), {"/bin/echo", "runs"}, Pretending()),
      std::string("5: selinux: cannot run the command with the label \"") + kLabel + "\": ");
}

TEST_F(Selinux, WhatIsNoLabelIsRefused) {
  ExpectRefusal(test_.RunScript(Stages("container_t"), "true"),
                "22: selinux: label: not a label \"container_t\" (write such as "
                "system_u:system_r:container_t:s0:c1,c2)\n");
}

TEST_F(Selinux, GoesNotTogetherWithAppArmor) {
  const RunResult result =
      test_.RunScript(Stages(kLabel) + "  - apparmor: {profile: unconfined}\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("selinux: conflicts with \"apparmor\""), std::string::npos)
      << result.err;
}

}  // namespace
