// Own user namespaces of root's containers: which ids they have, and who they are outside.
// user_namespaces(7).

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <filesystem>
#include <sstream>
#include <string>

#include "tests/namespace_test.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

constexpr char kChosen[] = "  - good-user-namespace\n  - pid\n  - mount: {root: root}\n  - proc\n";

class UserNamespace : public NamespaceTest {
 protected:
  // A folder in which every container may make files.
  std::string Shared() const {
    std::string folder = test_.Path("root/tmp");
    chmod(folder.c_str(), 01777);
    return folder;
  }

  static uint32_t FirstId(const std::string& map) {
    uint32_t inside = 0;
    uint32_t outside = 0;
    std::istringstream(map) >> inside >> outside;
    return outside;
  }
};

TEST_F(UserNamespace, TheHostChoosesFreeIdsWhereNobodySaysAnything) {
  const RunResult result = Run(kChosen, "id -u; cat /proc/self/uid_map; cat /proc/self/gid_map");
  std::istringstream words(result.out);
  uint32_t user = 1, inside = 1, outside = 0, count = 0, group = 1, group_outside = 0;
  words >> user >> inside >> outside >> count >> group >> group_outside;
  EXPECT_EQ(user, 0u) << result.err;
  EXPECT_EQ(inside, 0u);
  EXPECT_GE(outside, 524288u);
  EXPECT_EQ(count, 65536u);
  EXPECT_EQ(group, 0u);
  EXPECT_EQ(group_outside, outside);
}

TEST_F(UserNamespace, WhatItsRootMakesBelongsToTheMappedIdOutside) {
  const std::string folder = Shared();
  const RunResult result =
      Run("  - good-user-namespace: {map: [user 0 700000 2, group 0 800000 2]}\n"
          "  - mount: {root: root}\n",
          "id -G; touch /tmp/made; touch /tmp/given; chown 1:1 /tmp/given");
  EXPECT_EQ(result.out, "0\n") << result.err;
  struct stat made {};
  struct stat given {};
  ASSERT_EQ(stat((folder + "/made").c_str(), &made), 0);
  ASSERT_EQ(stat((folder + "/given").c_str(), &given), 0);
  EXPECT_EQ(made.st_uid, 700000u);
  EXPECT_EQ(made.st_gid, 800000u);
  EXPECT_EQ(given.st_uid, 700001u);
  EXPECT_EQ(given.st_gid, 800001u);
}

TEST_F(UserNamespace, ItsRootHasNoRightsToFilesOfTheHost) {
  const std::string secret = test_.Write("root/etc/secret", "secret\n");
  chmod(secret.c_str(), 0600);
  EXPECT_EQ(Run(kChosen, "cat /etc/secret 2>/dev/null || echo refused").out, "refused\n");
}

TEST_F(UserNamespace, TwoContainersHaveDifferentIds) {
  StartPod(kChosen);
  const std::string first = Later({"exec", id(), "/bin/cat", "/proc/1/uid_map"}).out;
  const std::string second = Run(kChosen, "cat /proc/1/uid_map").out;
  EXPECT_GE(FirstId(first), 524288u) << first;
  EXPECT_GE(FirstId(second), 524288u) << second;
  EXPECT_NE(FirstId(first), FirstId(second));
}

// That may be wanted, for files of both. Neither before nor behind it is a word said.
TEST_F(UserNamespace, IdsThatARunningContainerHasTooAreTold) {
  StartPod(
      "  - good-user-namespace: {map: [user 0 700000 9, group 0 800000 9]}\n"
      "  - mount: {root: root}\n");
  const RunResult both =
      Run("  - good-user-namespace: {map: [user 0 900000 5, user 5 700007 9, group 0 900000 5]}\n",
          "echo runs");
  EXPECT_EQ(both.status, 0);
  EXPECT_EQ(both.out, "runs\n");
  EXPECT_EQ(both.err,
            "runtime: warning: good-user-namespace: its user namespace has ids that a running "
            "container has too \"" +
                id() +
                "\" (from 700007 to 700008; outside, both are the same users: a map to other ids "
                "keeps them apart)\n");
  const RunResult beside =
      Run("  - good-user-namespace: {map: [user 0 700009 9, group 0 800009 9]}\n", "echo runs");
  EXPECT_EQ(beside.out, "runs\n");
  EXPECT_EQ(beside.err, "");
}

TEST_F(UserNamespace, IdsThatADeadContainerHadAreNoOnesElse) {
  const std::string stages =
      "  - good-user-namespace: {map: [user 0 700000 9, group 0 700000 9]}\n"
      "  - mount: {root: root}\n";
  StartPod(stages);
  KillRuntime();
  EXPECT_EQ(Run(stages, "echo runs").err, "");
}

// The range is another container's only once nothing of this one can be left.
TEST_F(UserNamespace, WhoJoinsHasTheIdsToo) {
  StartPod(kChosen);
  Running other({Runfile("runtime/runtime"), "--plugin-dir", Runfile("tests/plugins"), "--name",
                 "joins", "--root", State(), "--config",
                 test_.Write("joins.yaml",
                             "version: 1\nstages:\n  - good-user-namespace: {own: false, join: " +
                                 File("user") + "}\n"),
                 "--", "/bin/sh", "-c", "echo begun; exec tail -f /dev/null"});
  ASSERT_TRUE(other.AwaitOutput("begun\n")) << other.Await().err;
  const std::string journal = ReadText(State() + "/joins/journal");
  const uint32_t first = FirstId(Later({"exec", id(), "/bin/cat", "/proc/1/uid_map"}).out);
  EXPECT_NE(journal.find(" ids " + std::to_string(first) + " 65536\n"), std::string::npos)
      << journal;
  Later({"kill", "joins", "KILL"});
  EXPECT_EQ(other.Await().status, 128 + SIGKILL);
}

// The kernel says that a value is too large, of ids that nobody sees.
TEST_F(UserNamespace, AMountPointThatAnOverlayCannotMakeSaysWhose) {
  std::filesystem::create_directory(test_.Path("root/theirs"));
  chmod(test_.Path("root/theirs").c_str(), 0777);
  ExpectRefusal(
      Run("  - good-user-namespace\n"
          "  - mount: {root: root, overlay: true, binds: [{source: root/bin, target: "
          "/theirs/new}]}\n",
          "true"),
      test_.Path("other.yaml") +
          ":4:75: mount: binds[0].target: cannot make the container's folder \"/theirs/new\": "
          "Value "
          "too large for defined data type (it lies in a layer whose owner the container's user "
          "namespace has no id for; make it there before, or map that id)");
}

// Not whoever made the namespace, to whom files outside may belong.
TEST_F(UserNamespace, WhereNo0IsMappedTheCommandIsTheFirstThatIs) {
  const std::string secret = test_.Write("root/etc/secret", "secret\n");
  chmod(secret.c_str(), 0600);
  const std::string folder = Shared();
  const std::string stages =
      "  - good-user-namespace: {map: [user 7 700002 1, user 5 700000 1, group 6 800000 1]}\n"
      "  - mount: {root: root}\n";
  const RunResult result =
      Run(stages, "id -u; id -g; cat /etc/secret || echo refused; touch /tmp/made");
  EXPECT_EQ(result.out, "5\n6\nrefused\n") << result.err;
  struct stat made {};
  ASSERT_EQ(stat((folder + "/made").c_str(), &made), 0);
  EXPECT_EQ(made.st_uid, 700000u);
  EXPECT_EQ(made.st_gid, 800000u);
  StartPod(stages);
  const RunResult joined =
      Later({"exec", id(), "/bin/sh", "-c", "id -u; id -g; cat /etc/secret || echo refused"});
  EXPECT_EQ(joined.out, "5\n6\nrefused\n") << joined.err;
}

TEST_F(UserNamespace, AFurtherCommandIsRootInIt) {
  StartPod(kChosen);
  const RunResult result = Later({"exec", id(), "/bin/sh", "-c",
                                  "id -u; id -G; readlink /proc/self/ns/user; grep CapEff "
                                  "/proc/self/status | cut -f 2"});
  std::istringstream lines(result.out);
  std::string user, groups, name, capabilities;
  lines >> user >> groups >> name >> capabilities;
  EXPECT_EQ(user, "0") << result.err;
  EXPECT_EQ(groups, "0");
  EXPECT_EQ(name, Namespace("user"));
  EXPECT_NE(capabilities, "0000000000000000");
}

// Whatever cannot be asked, or is refused: never that of the machine.
TEST_F(UserNamespace, AFurtherCommandIsInItOrDoesNotRun) {
  StartPod(kChosen);
  for (const unsigned call : {SYS_ioctl, SYS_newfstatat, SYS_setns}) {
    for (const unsigned cause : {EPERM, ENOTTY, ENOMEM}) {
      const RunResult result =
          RunWithout(call, cause, Argv({"exec", id(), "/bin/readlink", "/proc/self/ns/user"}));
      EXPECT_TRUE(result.out.empty() || result.out == Namespace("user") + "\n") << result.out;
      EXPECT_EQ(result.status == 0, !result.out.empty()) << result.err;
    }
  }
}

TEST_F(UserNamespace, OtherStagesWorkInIt) {
  const RunResult result =
      Run("  - good-user-namespace\n  - uts: {hostname: web}\n  - pid\n"
          "  - mount: {root: root, tmpfs: [/tmp]}\n  - proc\n"
          "  - first-of:\n      - cgroup-v2: {pids.max: 9}\n      - cgroup-v1: {pids.max: 9}\n",
          "hostname; touch /tmp/x && ls /tmp; ls -d /proc/1");
  EXPECT_EQ(result.out, "web\nx\n/proc/1\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST_F(UserNamespace, RefusesMapsThatCannotBe) {
  const auto refused = [this](const std::string& options, const std::string& part) {
    ExpectRefusalLike(Run("  - good-user-namespace: {" + options + "}\n", "true"),
                      test_.Path("other.yaml"), {"good-user-namespace: ", part});
  };
  refused("map: [user 0 700000 1]", "a map of user ids alone (the container also needs a map");
  refused("own: false, choose: true", "a map of ids, but no own user namespace");
  refused("map: [user 0 700000 2, user 1 800000 1]", "a range of ids that overlaps another");
  refused("choose: true, map: [user 0 700000 2]", "and for ones that the host chooses");
}

}  // namespace
}  // namespace slipway::testing
