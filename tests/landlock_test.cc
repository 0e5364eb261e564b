// The stage `landlock` in user namespaces, for further commands, and of a plain user.

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/namespace_test.h"
#include "tests/public_copy.h"

namespace slipway::testing {
namespace {

constexpr char kRoot[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kLandlock[] =
    "  - landlock: {best_effort: true, execute: [/bin], read: [/etc/ready]}\n";
constexpr char kRefused[] = "cat: can't open '/etc/passwd': Permission denied\n";

bool HasLandlock() { return syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U) > 0; }

class Landlock : public NamespaceTest {
 protected:
  void SetUp() override {
    if (!HasLandlock()) GTEST_SKIP() << "this kernel has no Landlock";
    NamespaceTest::SetUp();
    test_.Write("root/etc/passwd", "ann:x:1000:1001::/home/ann:/bin/sh\n");
  }
};

TEST_F(Landlock, HoldsInAUserNamespaceAndForAnotherUser) {
  const RunResult result =
      Run(std::string("  - user\n") + kRoot + kLandlock + "  - credentials: {user: ann}\n",
          "id -u; cat /etc/ready /etc/passwd");
  EXPECT_EQ(result.out, "1000\nready\n");
  EXPECT_EQ(result.err, kRefused);
}

TEST_F(Landlock, HoldsForAFurtherCommand) {
  for (const char* user : {"", "  - user\n"}) {
    Start(std::string(user) + kRoot + kLandlock);
    const RunResult result = Later({"exec", id(), "/bin/cat", "/etc/ready", "/etc/passwd"});
    EXPECT_EQ(result.out, "ready\n");
    EXPECT_EQ(result.err, kRefused);
    TearDown();
  }
}

class LandlockOfAPlainUser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    if (!HasLandlock()) GTEST_SKIP() << "this kernel has no Landlock";
  }

  RunResult Run(const std::string& before) const {
    RunOptions plain;
    plain.uid = 12345;
    const std::string config = copy_.WriteStages(
        before +
        "  - landlock: {best_effort: true, execute: [/usr, /bin, /lib, /lib64:optional], read: "
        "[/etc]}\n");
    return RunProgram({copy_.host(), "--config", config, "/bin/sh", "-c", "echo runs; ls /var"},
                      plain);
  }

  PublicCopy copy_{{"credentials", "landlock"}};
};

TEST_F(LandlockOfAPlainUser, NeedsNoNamespace) {
  const RunResult result = Run("  - credentials\n");
  EXPECT_EQ(result.out, "runs\n");
  EXPECT_EQ(result.err, "ls: cannot open directory '/var': Permission denied\n");
}

TEST_F(LandlockOfAPlainUser, NeedsNoNewPrivs) {
  const RunResult result = Run("");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "runtime: " + copy_.Config() +
                            ":3:5: landlock: cannot restrict the command by Landlock: Operation "
                            "not permitted (it takes no_new_privs, which the stage credentials "
                            "sets, or CAP_SYS_ADMIN)\n");
}

}  // namespace
}  // namespace slipway::testing
