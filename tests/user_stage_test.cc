// The stage `user` in front of the others, for root and for users without rights.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/namespace_test.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"
#include "tests/system_files.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kContainer[] =
    "  - uts: {hostname: mine}\n  - pid\n  - mount: {root: root, tmpfs: [/tmp]}\n  - proc\n";
constexpr char kShow[] = "id -u; hostname; ls -d /proc/1; cat /proc/self/uid_map";

std::string Stages(const std::string& user) { return "  - user" + user + "\n" + kContainer; }

std::string Line(unsigned inside, unsigned outside, unsigned count) {
  char line[64];
  snprintf(line, sizeof(line), "%10u %10u %10u\n", inside, outside, count);
  return line;
}

class RootsUserStage : public NamespaceTest {
 protected:
  static uint32_t FirstId(const RunResult& result) {
    uint32_t inside = 0;
    uint32_t outside = 0;
    std::istringstream(result.out) >> inside >> outside;
    EXPECT_GE(outside, 524288u) << result.out << result.err;
    return outside;
  }
  uint32_t FirstIdOfAnother() const { return FirstId(Run(Stages(""), "cat /proc/self/uid_map")); }
  uint32_t FirstIdOfStarted() const {
    return FirstId(Later({"exec", id(), "/bin/cat", "/proc/self/uid_map"}));
  }
};

TEST_F(RootsUserStage, TheOthersWorkBehindIt) {
  const RunResult result = Run(Stages(": {uids: [\"0:700000:9\"], gids: [\"0:700000:9\"]}"), kShow);
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, 700000, 9)) << result.err;
  EXPECT_EQ(result.err, "");
}

TEST_F(RootsUserStage, TheOthersWorkInFrontOfIt) {
  const RunResult result = Run(kContainer + std::string("  - user\n"), "id -u; hostname");
  EXPECT_EQ(result.out, "0\nmine\n") << result.err;
}

TEST_F(RootsUserStage, AFurtherCommandIsInIt) {
  StartPod(Stages(""));
  const uint32_t first = FirstIdOfStarted();
  const RunResult result = Later({"exec", id(), "/bin/sh", "-c", kShow});
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, first, 65536)) << result.err;
  EXPECT_EQ(Later({"exec", id(), "/bin/readlink", "/proc/self/ns/user"}).out,
            Namespace("user") + "\n");
}

TEST_F(RootsUserStage, AFurtherCommandHasItsOomScoreAdj) {
  StartPod(Stages("") + "  - priority: {oom_score_adj: 321}\n");
  const RunResult result = Later({"exec", id(), "/bin/cat", "/proc/self/oom_score_adj"});
  EXPECT_EQ(result.out, "321\n") << result.err;
}

TEST_F(RootsUserStage, TwoContainersHaveDifferentIds) {
  StartPod(Stages(""));
  EXPECT_NE(FirstIdOfStarted(), FirstIdOfAnother());
}

TEST_F(RootsUserStage, MapSandboxIsAutoForRoot) {
  const RunResult result = Run(Stages(": {map: sandbox}"), "cat /proc/self/uid_map");
  EXPECT_EQ(result.out, Line(0, FirstId(result), 65536)) << result.err;
}

TEST_F(RootsUserStage, IdsAreFreeAgainAtTheEnd) {
  const uint32_t first = FirstIdOfAnother();
  EXPECT_EQ(FirstIdOfAnother(), first);
}

TEST_F(RootsUserStage, IdsOfADeadContainerAreFreeAgainAfterGc) {
  StartPod(Stages(""));
  const uint32_t first = FirstIdOfStarted();
  KillRuntime();
  EXPECT_NE(FirstIdOfAnother(), first);
  EXPECT_EQ(Later({"gc"}).status, 0);
  EXPECT_EQ(FirstIdOfAnother(), first);
}

// Nobody else on the machine has it.
uid_t User() { return 100000 + static_cast<uid_t>(getpid()); }

class PlainUserStage : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    const std::string root = Folder() / "root";
    ASSERT_EQ(RunProgram({"/bin/cp", "-a", test_.MakeRoot(), root}).status, 0);
    fs::create_directory(State());
    ASSERT_EQ(chown(State().c_str(), User(), User()), 0);
  }
  void TearDown() override {
    if (IsRoot()) test_.ExpectNothingLeft();
  }

  fs::path Folder() const { return copy_.folder(); }
  std::string State() const { return Folder() / "state"; }

  std::vector<std::string> Argv(const std::string& stages, const std::string& script) const {
    return {copy_.host(), "--config", copy_.WriteStages(stages),
            "--root",     State(),    "--name",
            "mine",       "--",       "/bin/sh",
            "-c",         script};
  }
  RunResult Run(const std::string& stages, const std::string& script) const {
    return RunProgram(Argv(stages, script), {.uid = User()});
  }

  void GiveIds() const {
    system_.GiveIds(User());
    system_.InstallIdHelpers();
  }

  // Before the census of ContainerTest.
  const SystemFiles system_{"/var/tmp/slipway-system-" + std::to_string(getpid())};
  ContainerTest test_;
  PublicCopy copy_{{"user", "uts", "pid", "mount", "proc", "priority"}};
};

TEST_F(PlainUserStage, WithoutSubordinateIdsRootIsItsOnlyUser) {
  const RunResult result = Run(Stages(""), kShow);
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, User(), 1)) << result.err;
  EXPECT_EQ(result.err, "");
}

TEST_F(PlainUserStage, SubordinateIdsFollowRoot) {
  GiveIds();
  const RunResult result = Run(Stages(""), std::string(kShow) + " /proc/self/gid_map");
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, User(), 1) + Line(1, 300000, 1000) +
                            Line(0, 0, 1) + Line(1, 300000, 1000))
      << result.err;
}

TEST_F(PlainUserStage, MapRootLeavesThemOut) {
  GiveIds();
  const RunResult result =
      Run(Stages(": {map: root}"), std::string(kShow) + "; cat /proc/self/setgroups");
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, User(), 1) + "deny\n") << result.err;
}

TEST_F(PlainUserStage, MapSelfKeepsTheNumberAndNoRights) {
  const RunResult result =
      Run(Stages(": {map: self}"), std::string(kShow) + "; grep CapEff /proc/self/status");
  EXPECT_EQ(result.out, std::to_string(User()) + "\nmine\n/proc/1\n" + Line(User(), User(), 1) +
                            "CapEff:\t0000000000000000\n")
      << result.err;
}

TEST_F(PlainUserStage, MapSandboxIsSelf) {
  GiveIds();
  const RunResult result = Run(Stages(": {map: sandbox}"), kShow);
  EXPECT_EQ(result.out, std::to_string(User()) + "\nmine\n/proc/1\n" + Line(User(), User(), 1))
      << result.err;
}

TEST_F(PlainUserStage, WhatItMakesIsTheUsersOutside) {
  const std::string shared = Folder() / "root/etc";
  ASSERT_EQ(chmod(shared.c_str(), 0777), 0);
  const RunResult result = Run(Stages(""), "touch /etc/made");
  struct stat made {};
  EXPECT_EQ(stat((shared + "/made").c_str(), &made), 0) << result.err;
  EXPECT_EQ(made.st_uid, User());
}

TEST_F(PlainUserStage, TakesSubordinateIdsByHand) {
  GiveIds();
  const std::string own = std::to_string(User());
  const RunResult result = Run(
      Stages(": {uids: [\"0:300000:10\", \"10:" + own + "\"], gids: [\"0:300990:10\"]}"), kShow);
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, 300000, 10) + Line(10, User(), 1))
      << result.err;
}

TEST_F(PlainUserStage, TheOwnIdTakesNoHelper) {
  const RunResult result = Run(
      Stages(": {uids: [\"7:" + std::to_string(User()) + "\"], gids: [\"8:0\"]}"), "id -u; id -g");
  EXPECT_EQ(result.out, "7\n8\n") << result.err;
}

TEST_F(PlainUserStage, IdsThatAreNotTheUsersNameTheLineThatIsMissing) {
  GiveIds();
  const std::string own = std::to_string(User());
  const std::string none = " (only the own one, and those that /etc/";
  ExpectRefusal(
      Run(Stages(": {uids: [\"0:300000:10\", \"10:300990:11\"], gids: [\"0:0\"]}"), "true"),
      copy_.Config() + ":3:34: user: uids[1]: this user may not map the ids \"300990 to 301000\"" +
          none + "subuid gives the user; have root add the line \"" + own +
          ":300990:11\" to /etc/subuid)");
  ExpectRefusal(Run(Stages(": {uids: [\"0:300000:10\"], gids: [\"0:5\"]}"), "true"),
                copy_.Config() + ":3:42: user: gids[0]: this user may not map the ids \"5\"" +
                    none + "subgid gives the user; have root add the line \"" + own +
                    ":5:1\" to /etc/subgid)");
}

TEST_F(PlainUserStage, OtherIdsNeedTheHelpers) {
  system_.GiveIds(User());
  ExpectRefusal(Run(Stages(": {uids: [\"0:300000:10\"], gids: [\"0:0\"]}"), "true"),
                copy_.Config() +
                    ":3:18: user: uids: this user may map the own id alone (there is no newuidmap; "
                    "install the package uidmap, or run the runtime as root)");
}

TEST_F(PlainUserStage, StagesInFrontOfItNeedRoot) {
  ExpectRefusal(Run(kContainer + std::string("  - user\n"), "true"),
                copy_.Config() +
                    ":3:5: uts: needs root (CAP_SYS_ADMIN is missing; run the runtime as root, for "
                    "example with sudo)");
}

TEST_F(PlainUserStage, AFurtherCommandIsInIt) {
  GiveIds();
  Running container(Argv(Stages("") + "  - priority: {oom_score_adj: 321}\n",
                         "echo begun; exec tail -f /dev/null"),
                    {.uid = User()});
  ASSERT_TRUE(container.AwaitOutput("begun\n")) << container.Await().err;
  const auto list = [this] {
    return RunProgram({copy_.host(), "list", "--root", State(), "--format", "json"},
                      {.uid = User()})
        .out;
  };
  while (list().find("\"running\"") == std::string::npos) sched_yield();
  const RunResult result = RunProgram({copy_.host(), "exec", "--root", State(), "mine", "/bin/sh",
                                       "-c", std::string(kShow) + "; cat /proc/self/oom_score_adj"},
                                      {.uid = User()});
  EXPECT_EQ(result.out, "0\nmine\n/proc/1\n" + Line(0, User(), 1) + Line(1, 300000, 1000) + "321\n")
      << result.err;
  container.Signal(SIGTERM);
  container.Await();
}

}  // namespace
}  // namespace slipway::testing
