// The stage in containers of root's that have no other; with others, and of plain users, it is in
// tests/user_stage_test.cc.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunOptions;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

constexpr char kMaps[] = "cat /proc/self/uid_map /proc/self/gid_map";

constexpr char kNotPermitted[] =
    "no user namespace can be made (Operation not permitted: a seccomp filter, such as docker's, "
    "or "
    "a security module may refuse it; so does the kernel in a chroot; run the runtime outside of "
    "that)";

class User : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  }

  // options: "", or such as ": {map: root}".
  std::string Config(const std::string& options) const {
    return test_.WriteStages("  - user" + options + "\n");
  }

  RunResult Run(const std::string& options, const std::string& script, const RunOptions& how = {}) {
    return test_.RunContainer(Config(options), {"/bin/sh", "-c", script}, how);
  }

  // In a user namespace in which the script has changed something before.
  RunResult RunInside(const std::string& options, const std::string& before) {
    std::vector<std::string> argv = {
        "/usr/bin/unshare",         "--user", "--map-root-user", "/bin/sh", "-c",
        before + " && exec \"$@\"", "sh"};
    const std::vector<std::string> words = test_.Argv(Config(options), {"/bin/sh", "-c", kMaps});
    argv.insert(argv.end(), words.begin(), words.end());
    RunResult result = RunProgram(argv);
    test_.ExpectNothingLeft();
    return result;
  }

  void ExpectRefusal(const RunResult& result, const std::string& place, const std::string& line) {
    EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") + place + ": user: " + line + "\n");
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.status, 125);
  }

  static std::string Line(unsigned inside, unsigned outside, unsigned count) {
    char line[64];
    snprintf(line, sizeof(line), "%10u %10u %10u\n", inside, outside, count);
    return line;
  }

  ContainerTest test_;
};

TEST_F(User, HasIdsThatNobodyElseHas) {
  const RunResult result = Run("", std::string("id -u; id -g; ") + kMaps);
  std::istringstream words(result.out);
  unsigned user = 1, group = 1, inside = 1, outside = 0, count = 0;
  words >> user >> group >> inside >> outside >> count;
  EXPECT_EQ(user, 0u) << result.err;
  EXPECT_EQ(group, 0u);
  EXPECT_GE(outside, 524288u);
  EXPECT_EQ(result.out, "0\n0\n" + Line(0, outside, 65536) + Line(0, outside, 65536));
  EXPECT_EQ(result.err, "");
}

TEST_F(User, AutoIsTheSame) {
  const RunResult result = Run(": {map: auto}", "cut -c 23- /proc/self/uid_map");
  EXPECT_EQ(result.out, "     65536\n") << result.err;
}

TEST_F(User, TakesMapsByHand) {
  const RunResult result =
      Run(": {uids: [\"0:700000:1000\", {inside: 1000, outside: 5000}], gids: [\"0:800000:2\"]}",
          kMaps);
  EXPECT_EQ(result.out, Line(0, 700000, 1000) + Line(1000, 5000, 1) + Line(0, 800000, 2))
      << result.err;
  EXPECT_EQ(result.err, "");
}

TEST_F(User, TakesMapsOfTheCommandLine) {
  const RunResult result =
      test_.RunContainer(Config(""), {"/bin/sh", "-c", kMaps}, {},
                         {"--uidmap", "0:700000:10", "--gidmap", "0:700000:5"});
  EXPECT_EQ(result.out, Line(0, 700000, 10) + Line(0, 700000, 5)) << result.err;
}

TEST_F(User, IsTheFirstIdWhereNoRootIsMapped) {
  const RunResult result = Run(": {uids: [\"5:700000:2\"], gids: [\"6:800000\"]}", "id -u; id -g");
  EXPECT_EQ(result.out, "5\n6\n") << result.err;
}

TEST_F(User, WhatItMakesBelongsToTheIdsOutside) {
  const std::string folder = "/var/tmp/slipway-user-" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  chmod(folder.c_str(), 01777);
  const RunResult result = Run(": {uids: [\"0:700000:2\"], gids: [\"0:800000:2\"]}",
                               "cd " + folder + " && touch made given && chown 1:1 given");
  struct stat made {};
  struct stat given {};
  EXPECT_EQ(stat((folder + "/made").c_str(), &made), 0) << result.err;
  EXPECT_EQ(stat((folder + "/given").c_str(), &given), 0);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(made.st_uid, 700000u);
  EXPECT_EQ(made.st_gid, 800000u);
  EXPECT_EQ(given.st_uid, 700001u);
  EXPECT_EQ(given.st_gid, 800001u);
}

TEST_F(User, HasNoRightsToTheMachinesFiles) {
  const std::string secret = test_.Write("secret", "secret\n");
  chmod(secret.c_str(), 0600);
  EXPECT_EQ(Run("", "cat " + secret + " 2>/dev/null || echo refused").out, "refused\n");
}

TEST_F(User, RootAloneIsMappedAndTold) {
  for (const char* map : {"root", "self"}) {
    const RunResult result = Run(std::string(": {map: ") + map + "}", kMaps);
    EXPECT_EQ(result.out, Line(0, 0, 1) + Line(0, 0, 1));
    EXPECT_EQ(result.err,
              "runtime: warning: user: the machine's root is a user of the container too: to files "
              "it has all rights\n");
  }
}

TEST_F(User, TellsWhatItWouldDo) {
  const std::string begin = "  namespace  user       a new one\n";
  const RunResult given =
      test_.Plan("  - user: {uids: [\"0:700000:1000\", \"1000:1000\"], gids: [\"0:800000:2\"]}\n");
  EXPECT_NE(given.out.find(begin + "  process    user ids   0 to 999 are 700000 to 700999 outside\n"
                                   "  process    user ids   1000 is 1000 outside\n"
                                   "  process    group ids  0 to 1 are 800000 to 800001 outside\n"),
            std::string::npos)
      << given.out << given.err;
  const RunResult chosen = test_.Plan("  - user\n");
  EXPECT_NE(
      chosen.out.find("  process    ids   65536 that nobody else has, until the container's end\n"),
      std::string::npos)
      << chosen.out << chosen.err;
}

TEST_F(User, RefusesMapsThatCannotBe) {
  const auto refused = [this](const std::string& options, const std::string& place,
                              const std::string& line) {
    ExpectRefusal(Run(": {" + options + "}", "true"), place, line);
  };
  refused("uids: [\"0:700000\"]", ":3:18",
          "uids: a map of user ids alone (the container needs gids too)");
  refused("gids: [\"0:700000\"]", ":3:18",
          "gids: a map of group ids alone (the container needs uids too)");
  refused("map: root, uids: [\"0:1\"], gids: [\"0:1\"]", ":3:17",
          "map: two answers to which ids the container has (take map away, or uids and gids)");
  refused("uids: [\"0:1:3\", \"2:9\"], gids: [\"0:1\"]", ":3:28",
          "uids[1]: ids that a line before has too (0 to 2 in the container are those of line 1)");
  refused("uids: [\"0:1\"], gids: [\"1:0:4294967295\"]", ":3:34",
          "gids[0]: ids beyond the last one (there is none above 4294967294: a smaller count, or "
          "lower ids)");
}

TEST_F(User, RefusesNumbersThatAreNone) {
  for (const char* range : {"0:1:0", "0:4294967295", "4294967295:0", "-1:0", "0", "0:0:1:1"}) {
    const RunResult result =
        Run(std::string(": {uids: [\"") + range + "\"], gids: [\"0:1\"]}", "true");
    EXPECT_NE(result.err.find("test.yaml:3:19: user: uids[0]"), std::string::npos) << result.err;
    EXPECT_EQ(result.status, 125) << range;
  }
}

TEST_F(User, IsNotHereWhereTheLimitIsNone) {
  ExpectRefusal(RunInside("", "echo 0 > /proc/sys/user/max_user_namespaces"), ":3:5",
                "no user namespace can be made (/proc/sys/user/max_user_namespaces is 0; have root "
                "change that setting, see sysctl(8))");
}

TEST_F(User, IsNotHereInAChroot) {
  const std::string folder = test_.Path("new");
  std::filesystem::create_directory(folder);
  const RunOptions in_chroot{.prepare = [folder] {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) ||
        mount("/", folder.c_str(), nullptr, MS_BIND | MS_REC, nullptr) ||
        chroot(folder.c_str()) != 0 || chdir("/") != 0) {
      _exit(99);
    }
  }};
  ExpectRefusal(Run("", "true", in_chroot), ":3:5", kNotPermitted);
}

TEST_F(User, IsNotHereBehindAFilter) {
  const std::vector<std::string> words = test_.Argv(Config(""), {"/bin/true"});
  ExpectRefusal(slipway::testing::RunWithout(SYS_clone3, EPERM, words), ":3:5", kNotPermitted);
  test_.ExpectNothingLeft();
}

TEST_F(User, IsNotHereWithIdsThatThereAreNot) {
  ExpectRefusal(RunInside(": {uids: [\"0:5\"], gids: [\"0:0\"]}", "true"), ":3:19",
                "uids[0]: there are no such ids here \"5\" (the runtime itself is in a user "
                "namespace, with those of /proc/self/uid_map; take ids of one line of it, or run "
                "the runtime outside of it)");
  ExpectRefusal(RunInside("", "true"), ":3:5",
                "there are no 65536 ids here for a container (the runtime itself is in a user "
                "namespace, with those of /proc/self/uid_map; take map: root, or uids and gids, or "
                "run the runtime outside of it)");
}

TEST_F(User, WorksInsideAnother) {
  const RunResult result = RunInside(": {map: root}", "true");
  EXPECT_EQ(result.out, Line(0, 0, 1) + Line(0, 0, 1)) << result.err;
  EXPECT_EQ(result.err, "");
}

// So a first-of goes on.
TEST_F(User, IsLeftOutByAFirstOf) {
  const std::string config = test_.WriteStages(
      "  - first-of: [user: {uids: [\"0:5\"], gids: [\"0:0\"]}, uts: {hostname: other}]\n");
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words = test_.Argv(config, {"/bin/hostname"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = RunProgram(argv);
  EXPECT_EQ(result.out, "other\n") << result.err;
  test_.ExpectNothingLeft();
}

}  // namespace
