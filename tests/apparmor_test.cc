// Commands under a profile of AppArmor that the test has the kernel load, and takes away again.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/namespace_test.h"

namespace slipway::testing {
namespace {

constexpr char kParser[] = "/sbin/apparmor_parser";
constexpr char kShow[] = "cat /proc/self/attr/apparmor/current; cat /etc/secret";
constexpr char kRefused[] = "cat: can't open '/etc/secret': Permission denied\n";

class AppArmorProfile : public NamespaceTest {
 protected:
  void SetUp() override {
    if (ReadText("/sys/module/apparmor/parameters/enabled") != "Y\n") {
      GTEST_SKIP() << "this kernel has no AppArmor";
    }
    if (access(kParser, X_OK) != 0) GTEST_SKIP() << "needs apparmor_parser";
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    test_.Write("root/etc/secret", "secret\n");
    file_ = test_.Write("profile", "profile " + name_ + " {\n  file,\n  capability,\n  network,\n" +
                                       "  signal,\n  deny /etc/secret r,\n}\n");
    const RunResult loaded = Parse("--replace");
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    loaded_ = true;
  }

  void TearDown() override {
    NamespaceTest::TearDown();
    if (!loaded_) return;
    EXPECT_EQ(Parse("--remove").status, 0);
  }

  RunResult Parse(const char* what) const {
    return RunProgram({kParser, "--skip-cache", what, file_});
  }

  std::string Stages(const std::string& before = "") const {
    return before + "  - pid\n  - mount: {root: root}\n  - proc\n  - apparmor: {profile: " + name_ +
           "}\n";
  }

  void ExpectConfined(const RunResult& result) const {
    EXPECT_EQ(result.out, name_ + " (enforce)\n");
    EXPECT_EQ(result.err, kRefused);
  }

  const std::string name_ = "slipway-test-" + std::to_string(getpid());
  std::string file_;
  bool loaded_ = false;
};

TEST_F(AppArmorProfile, IsTheCommands) { ExpectConfined(Run(Stages(), kShow)); }

TEST_F(AppArmorProfile, IsTheInitsToo) {
  EXPECT_EQ(Run(Stages(), "cat /proc/1/attr/apparmor/current").out, name_ + " (enforce)\n");
}

TEST_F(AppArmorProfile, HoldsWithoutAnInit) {
  ExpectConfined(
      Run("  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n  - apparmor: "
          "{profile: " +
              name_ + "}\n",
          kShow));
}

TEST_F(AppArmorProfile, HoldsWithNoNewPrivsAndForAnotherUser) {
  ExpectConfined(Run(Stages() + "  - credentials: {user: 77}\n", kShow));
}

// Its files of procfs could not be opened any more.
TEST_F(AppArmorProfile, HoldsBelowLandlock) {
  ExpectConfined(
      Run(Stages() + "  - landlock: {best_effort: true, execute: [/bin], read: [/]}\n", kShow));
}

TEST_F(AppArmorProfile, HoldsInAUserNamespace) { ExpectConfined(Run(Stages("  - user\n"), kShow)); }

TEST_F(AppArmorProfile, HoldsForAFurtherCommand) {
  Start(Stages());
  ExpectConfined(Later({"exec", id(), "/bin/sh", "-c", kShow}));
}

TEST_F(AppArmorProfile, HoldsForAFurtherCommandInAUserNamespace) {
  Start(Stages("  - user\n"));
  ExpectConfined(Later({"exec", id(), "/bin/sh", "-c", kShow}));
}

}  // namespace
}  // namespace slipway::testing
