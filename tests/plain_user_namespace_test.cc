// User namespaces of a user without rights: which ids the container has, who writes the maps, and
// what the other stages may do then. user_namespaces(7), subuid(5), newuidmap(1).

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"
#include "tests/system_files.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Nobody else on the machine has it.
uid_t User() { return 100000 + static_cast<uid_t>(getpid()); }

constexpr char kContainer[] =
    "  - good-user-namespace\n  - uts: {hostname: mine}\n  - pid\n  - mount: {root: root}\n"
    "  - proc\n";
constexpr char kShow[] = "id -u; hostname; cat /proc/self/uid_map /proc/self/setgroups";

class PlainUserNamespace : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    for (const char* name : {"good_user_namespace", "good_namespaces"}) copy_.AddFixture(name);
    const std::string root = copy_.folder() + "/root";
    ASSERT_EQ(RunProgram({"/bin/cp", "-a", test_.MakeRoot(), root}).status, 0);
    fs::create_directory(State());
    ASSERT_EQ(chown(State().c_str(), User(), User()), 0);
  }
  void TearDown() override {
    if (IsRoot()) test_.ExpectNothingLeft();
  }

  std::string State() const { return copy_.folder() + "/state"; }

  RunResult Run(const std::string& stages, const std::string& script, bool verbose = false) const {
    std::vector<std::string> argv = {copy_.host(),    "--config", copy_.WriteStages(stages),
                                     "--root",        State(),    "--plugin-dir",
                                     copy_.fixtures()};
    if (verbose) argv.emplace_back("-v");
    argv.insert(argv.end(), {"--", "/bin/sh", "-c", script});
    return RunProgram(argv, {.uid = User()});
  }

  void GiveIds() const { system_.GiveIds(User()); }

  // What is written into a map of the kernel's comes back in columns.
  static std::string Line(uint32_t inside, uint32_t outside, uint32_t count) {
    char line[64];
    snprintf(line, sizeof(line), "%10u %10u %10u\n", inside, outside, count);
    return line;
  }

  // Before the census of ContainerTest.
  const SystemFiles system_{"/var/tmp/slipway-system-" + std::to_string(getpid())};
  ContainerTest test_;
  PublicCopy copy_{{"uts", "pid", "mount", "proc"}};
};

TEST_F(PlainUserNamespace, WithoutSubordinateIdsRootIsItsOnlyUser) {
  const RunResult result = Run(kContainer, kShow);
  EXPECT_EQ(result.out, "0\nmine\n" + Line(0, User(), 1) + "deny\n") << result.err;
  EXPECT_EQ(result.err, "");
  const RunResult told = Run(kContainer, "true", /*verbose=*/true);
  EXPECT_NE(told.err.find("good-user-namespace: the container has root as its only user: no "
                          "subordinate ids (this user has none in /etc/subuid)"),
            std::string::npos)
      << told.err;
}

TEST_F(PlainUserNamespace, WithoutTheHelpersRootIsItsOnlyUser) {
  GiveIds();
  const RunResult result = Run(kContainer, kShow, /*verbose=*/true);
  EXPECT_EQ(result.out, "0\nmine\n" + Line(0, User(), 1) + "deny\n") << result.err;
  EXPECT_NE(result.err.find("(there is no newuidmap (the package uidmap))"), std::string::npos)
      << result.err;
}

TEST_F(PlainUserNamespace, SubordinateIdsFollowRoot) {
  GiveIds();
  system_.InstallIdHelpers();
  const RunResult result = Run(kContainer, std::string(kShow) + "; cat /proc/self/gid_map");
  EXPECT_EQ(result.out, "0\nmine\n" + Line(0, User(), 1) + Line(1, 300000, 1000) + "allow\n" +
                            Line(0, 0, 1) + Line(1, 300000, 1000))
      << result.err;
}

TEST_F(PlainUserNamespace, AHelpersRefusalIsInItsOwnWords) {
  GiveIds();
  std::ofstream("/usr/bin/newgidmap") << "#!/bin/sh\necho 'gid range not allowed' >&2\nexit 1\n";
  fs::copy_file("/usr/bin/newgidmap", "/usr/bin/newuidmap");
  for (const char* name : {"/usr/bin/newuidmap", "/usr/bin/newgidmap"}) chmod(name, 0755);
  ExpectRefusal(Run(kContainer, "true"),
                "good-user-namespace: cannot map the container's ids: /usr/bin/newgidmap failed "
                "(gid range not allowed)");
}

TEST_F(PlainUserNamespace, AHelpersDeathIsNamed) {
  GiveIds();
  std::ofstream("/usr/bin/newgidmap") << "#!/bin/sh\nkill -9 $$\n";
  fs::copy_file("/usr/bin/newgidmap", "/usr/bin/newuidmap");
  for (const char* name : {"/usr/bin/newuidmap", "/usr/bin/newgidmap"}) chmod(name, 0755);
  ExpectRefusal(Run(kContainer, "true"),
                "good-user-namespace: cannot map the container's ids: /usr/bin/newgidmap failed "
                "(it says nothing; it was ended by a signal: Killed)");
}

TEST_F(PlainUserNamespace, AHelperThatHangsIsGivenUp) {
  GiveIds();
  std::ofstream("/usr/bin/newgidmap") << "#!/bin/sh\nexec sleep 1000\n";
  fs::copy_file("/usr/bin/newgidmap", "/usr/bin/newuidmap");
  for (const char* name : {"/usr/bin/newuidmap", "/usr/bin/newgidmap"}) chmod(name, 0755);
  ExpectRefusal(Run(kContainer, "true"),
                "good-user-namespace: cannot map the container's ids: /usr/bin/newgidmap has not "
                "ended within 10 s (it was killed)");
}

TEST_F(PlainUserNamespace, OtherIdsNeedTheHelpers) {
  ExpectRefusal(Run("  - good-user-namespace: {map: [user 0 1 1, group 0 1 1]}\n", "true"),
                "good-user-namespace: cannot map the container's ids: there is no newgidmap (ids "
                "other than this user's own need it: install the package uidmap, or run the "
                "runtime as root)");
}

TEST_F(PlainUserNamespace, TheOwnIdMayHaveAnotherNumberInside) {
  const RunResult result = Run(
      "  - good-user-namespace: {map: [user 7 " + std::to_string(User()) + " 1, group 7 0 1]}\n",
      "id -u; id -g");
  EXPECT_EQ(result.out, "7\n7\n") << result.err;
}

// Before it, and without it, they need root.
TEST_F(PlainUserNamespace, GivesRightsToTheStagesBehindItAlone) {
  const std::string cure =
      "needs root (CAP_SYS_ADMIN is missing; run the runtime as root, for example with sudo)";
  ExpectRefusal(Run("  - uts: {hostname: mine}\n  - good-user-namespace\n", "true"),
                copy_.Config() + ":3:5: uts: " + cure);
  ExpectRefusal(Run("  - uts: {hostname: mine}\n", "true"), copy_.Config() + ":3:5: uts: " + cure);
}

TEST_F(PlainUserNamespace, GivesNoRightsToNamespacesOfOutside) {
  ExpectRefusal(Run("  - good-user-namespace\n  - good-namespaces: {join: {uts: " +
                        system_.uts_namespace() + "}}\n",
                    "true"),
                copy_.Config() +
                    ":4:5: good-namespaces: cannot join the uts namespace: Operation not permitted "
                    "(it takes CAP_SYS_ADMIN in the user namespace that owns it, and nobody has "
                    "that from inside of another one)");
}

class PlainUsersContainer : public PlainUserNamespace {
 protected:
  void SetUp() override {
    PlainUserNamespace::SetUp();
    if (IsSkipped()) return;
    const std::vector<std::string> start = {copy_.host(),
                                            "--config",
                                            copy_.WriteStages(kContainer),
                                            "--root",
                                            State(),
                                            "--name",
                                            "mine",
                                            "--plugin-dir",
                                            copy_.fixtures(),
                                            "--",
                                            "/bin/sh",
                                            "-c",
                                            "echo begun; exec tail -f /dev/null"};
    container_ = std::make_unique<Running>(start, RunOptions{.uid = User()});
    ASSERT_TRUE(container_->AwaitOutput("begun\n")) << container_->Await().err;
    // A moment after the command runs.
    while (List().find("\"running\"") == std::string::npos) sched_yield();
  }
  void TearDown() override {
    if (container_) {
      container_->Signal(SIGTERM);
      container_->Await();
    }
    PlainUserNamespace::TearDown();
  }

  std::string List() const {
    return RunProgram({copy_.host(), "list", "--root", State(), "--format", "json"},
                      {.uid = User()})
        .out;
  }
  std::string Pid() const {
    const std::string json = List();
    const size_t at = json.find("\"pid\":") + 6;
    return json.substr(at, json.find_first_not_of("0123456789", at) - at);
  }

 private:
  std::unique_ptr<Running> container_;
};

TEST_F(PlainUsersContainer, TakesAFurtherCommand) {
  const RunResult result = RunProgram(
      {copy_.host(), "exec", "--root", State(), "mine", "/bin/sh", "-c", kShow}, {.uid = User()});
  EXPECT_EQ(result.out, "0\nmine\n" + Line(0, User(), 1) + "deny\n") << result.err;
}

TEST_F(PlainUsersContainer, CanBeJoinedByAnother) {
  const std::string files = "/proc/" + Pid() + "/ns/";
  const RunResult result =
      Run("  - good-user-namespace: {own: false, join: " + files +
              "user}\n  - good-namespaces: {join: {uts: " + files + "uts, pid: " + files +
              "pid}}\n  - mount: {root: root}\n" + "  - proc\n",
          std::string(kShow) + "; ls -d /proc/1");
  EXPECT_EQ(result.out, "0\nmine\n" + Line(0, User(), 1) + "deny\n/proc/1\n") << result.err;
}

}  // namespace
}  // namespace slipway::testing
