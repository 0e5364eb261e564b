// What stages want of the command's process holds, for the command, its init, and a further command
// of the container; what cannot hold is refused.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

constexpr char kPasswd[] =
    "root:x:0:0::/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\nnone:x:4294967295:0::/:/bin/"
    "sh\n";
constexpr char kGroup[] = "root:x:0:\nann:x:1001:\nwheel:x:10:bob,ann\nvideo:x:44:ann\n";
constexpr char kStatus[] =
    "sed -n 's/^\\(Uid\\|Gid\\|Groups\\|Umask\\|Cap[IPEA]..\\|NoNewPrivs\\):\\t/"
    "\\1 /p' /proc/self/status | tr '\\t' ' '";

// How the command comes to run.
struct Way {
  const char* name;
  const char* stages;
  bool joins;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

constexpr Way kWays[] = {
    {"Sharing", "  - pid: {init: false}\n", false},
    {"SharingInit", "  - pid\n", false},
    {"Parked", "  - pid: {init: false}\n  - bad-throws\n", false},
    {"ParkedInit", "  - pid\n  - bad-throws\n", false},
    {"Joined", "  - pid\n", true},
};

class Process : public RunningContainer, public ::testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    test_.Write("root/etc/passwd", kPasswd);
    test_.Write("root/etc/group", kGroup);
    std::filesystem::create_directory(test_.Path("root/open"));
    ASSERT_EQ(chmod(test_.Path("root/open").c_str(), 0777), 0);
  }

  static std::string Stages(const std::string& wishes) {
    return std::string(GetParam().stages) +
           "  - mount: {root: root}\n  - proc\n  - good-process: {" + wishes + "}\n";
  }

  // Of a command in a container of its own with these stages.
  RunResult RunWith(const std::string& stages, const Words& command) {
    return test_.RunContainer(test_.WriteStages(stages), command, {},
                              {"--plugin-dir", Runfile("tests/plugins")});
  }

  // Of a script in a container with these wishes.
  RunResult Run(const std::string& wishes, const std::string& script,
                const std::vector<std::string>& flags = {}) {
    const std::vector<std::string> command = {"/bin/sh", "-c", script};
    std::vector<std::string> more = {"--plugin-dir", Runfile("tests/plugins")};
    if (!GetParam().joins) {
      more.insert(more.end(), flags.begin(), flags.end());
      return test_.RunContainer(test_.WriteStages(Stages(wishes)), command, {}, more);
    }
    // The container's own command needs none of it, but has it too.
    Start(Stages(wishes), more);
    std::vector<std::string> words = {"exec"};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), flags.begin(), flags.end());
    words.push_back(id());
    words.insert(words.end(), command.begin(), command.end());
    return Later(words);
  }
};

// Where the container's own command would not come to run.
class ProcessAtStart : public Process {};

TEST_P(Process, RunsAsAUserOfTheContainer) {
  const RunResult result = Run("user: ann", std::string(kStatus) + "; echo $HOME $USER $LOGNAME");
  EXPECT_EQ(result.out,
            "Umask 0022\nUid 1000 1000 1000 1000\nGid 1001 1001 1001 1001\nGroups 10 44 \n"
            "CapInh 0000000000000000\nCapPrm 0000000000000000\nCapEff 0000000000000000\n"
            "CapAmb 0000000000000000\nNoNewPrivs 0\n/home/ann ann ann\n")
      << result.err;
}

TEST_P(Process, RunsAsANumberThatTheContainerDoesNotName) {
  const RunResult result =
      Run("user: '77:88', groups: ['5', wheel]", "id -u; id -g; id -G; echo \"$HOME,$USER\"");
  EXPECT_EQ(result.out, "77\n88\n88 5 10\n/,\n") << result.err;
}

TEST_P(Process, KeepsTheCapabilitiesThatAreWanted) {
  // CAP_CHOWN, CAP_KILL
  const RunResult result = Run("user: ann, kept: [0, 5], ambient: true", kStatus);
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_NE(result.out.find(std::string(set) + " 0000000000000021\n"), std::string::npos)
        << set << "\n"
        << result.out << result.err;
  }
}

TEST_P(Process, OfRootHasNoOtherCapabilities) {
  const RunResult result = Run("kept: [5]", "grep Cap[EB] /proc/self/status; chown 1 /open");
  EXPECT_EQ(result.out, "CapEff:\t0000000000000020\nCapBnd:\t0000000000000020\n")
      << result.out << result.err;
  EXPECT_NE(result.status, 0);
}

TEST_P(Process, HasItsLimitsAndTreatment) {
  const RunResult result =
      Run("umask: '0077', no-new-privileges: true, nofile: 17, fsize: 4096, oom-score-adj: 321, "
          "nice: 7, processor: 0, personality: 0x40000",
          "umask; grep NoNewPrivs /proc/self/status; ulimit -n; cat /proc/self/oom_score_adj; "
          "cut -d' ' -f19 /proc/self/stat; grep Cpus_allowed_list /proc/self/status; "
          "cat /proc/self/personality");
  EXPECT_EQ(result.out, "0077\nNoNewPrivs:\t1\n17\n321\n7\nCpus_allowed_list:\t0\n00040000\n")
      << result.err;
}

TEST_P(Process, HasItsEnvironmentUnlessTheCallerSetsIt) {
  const RunResult result = Run("environment: [ONE=1, TWO=2, HOME], folder: /tmp",
                               "echo $ONE $TWO ${HOME-none}; pwd", {"-e", "TWO=mine"});
  EXPECT_EQ(result.out, "1 mine none\n/tmp\n") << result.err;
}

TEST_P(Process, IsFilteredWithAndWithoutNoNewPrivs) {
  for (const char* wishes : {"deny-mkdir: true, no-new-privileges: true", "deny-mkdir: true"}) {
    const RunResult result = Run(wishes, "mkdir /open/new || grep Seccomp: /proc/self/status");
    EXPECT_EQ(result.out, "Seccomp:\t2\n") << wishes << result.err;
    EXPECT_NE(result.err.find("Directory not empty"), std::string::npos) << result.err;
    if (GetParam().joins) break;  // one container for a test
  }
}

// The command could make it run anything else by ptrace(2).
TEST_P(Process, ItsInitHasNoMoreThanTheCommand) {
  const RunResult result =
      Run("user: ann, kept: [5], ambient: true, no-new-privileges: true, deny-mkdir: true",
          "sed -n 's/^\\(Uid\\|CapEff\\|CapBnd\\|NoNewPrivs\\|Seccomp\\):\\t/\\1 /p' "
          "/proc/1/status");
  EXPECT_EQ(result.out,
            "Uid 1000\t1000\t1000\t1000\nCapEff 0000000000000020\nCapBnd 0000000000000020\n"
            "NoNewPrivs 1\nSeccomp 2\n")
      << result.err;
}

TEST_P(ProcessAtStart, HasItsFolderMadeWhereThatIsWanted) {
  const std::string wishes = "user: ann, folder: /srv/new/work, make-folder: true";
  const RunResult result = Run(wishes, "pwd; stat -c '%u %g %a' . ..");
  EXPECT_EQ(result.out, "/srv/new/work\n0 0 755\n0 0 755\n") << result.err;
  EXPECT_EQ(Run(wishes, "pwd").out, "/srv/new/work\n") << "that is there already";
}

TEST_P(ProcessAtStart, HasItsFolderMadeBeforeTheRootIsReadonly) {
  const RunResult result = RunWith(std::string(GetParam().stages) +
                                       "  - mount: {root: root, overlay: true, readonly: true}\n"
                                       "  - good-process: {folder: /srv/work, make-folder: true}\n",
                                   {"/bin/sh", "-c", "pwd; : > file"});
  EXPECT_EQ(result.out, "/srv/work\n");
  EXPECT_NE(result.err.find("Read-only file system"), std::string::npos) << result.err;
}

// The image's links lead to its own places.
TEST_P(ProcessAtStart, HasItsFolderMadeInTheContainer) {
  const std::string outside = test_.Path("outside");
  std::filesystem::create_symlink("../../../../.." + outside, test_.Path("root/place"));
  const RunResult result = Run("folder: /place/deep, make-folder: true", "pwd");
  EXPECT_EQ(result.out, outside + "/deep\n") << result.err;
  EXPECT_FALSE(std::filesystem::exists(outside));
  EXPECT_TRUE(std::filesystem::exists(test_.Path("root" + outside + "/deep")));
}

TEST_P(ProcessAtStart, SaysWhyItsFolderCannotBeMade) {
  test_.Write("root/plain", "");
  const RunResult result = Run("folder: /plain/work, make-folder: true", "pwd");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("good-process: cannot open the container's \"/plain/work\": Not a "
                            "directory"),
            std::string::npos)
      << result.err;
}

TEST_P(ProcessAtStart, HasNoFolderMadeThatTheCallerNames) {
  const RunResult result = RunWith(
      Stages("folder: /srv, make-folder: true") + "process: {cwd: /missing}\n", {"/bin/pwd"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("cannot start in the container's folder \"/missing\""),
            std::string::npos)
      << result.err;
  EXPECT_FALSE(std::filesystem::exists(test_.Path("root/missing")));
}

// Nor is anything made among the host's files.
TEST_P(ProcessAtStart, WithoutARootHasNoFolderMade) {
  const std::string folder = test_.Path("new");
  const RunResult result =
      RunWith(std::string(GetParam().stages) + "  - good-process: {folder: " + folder +
                  ", make-folder: true}\n",
              {"/bin/pwd"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("cannot start in the container's folder"), std::string::npos)
      << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_P(ProcessAtStart, CannotStartWhereItsUserMayNotGo) {
  std::filesystem::create_directory(test_.Path("root/closed"));
  std::filesystem::copy(test_.Path("root/bin/busybox"), test_.Path("root/closed/true"));
  ASSERT_EQ(chmod(test_.Path("root/closed").c_str(), 0700), 0);
  const RunResult folder = Run("user: ann, folder: /closed", "true");
  EXPECT_EQ(folder.status, 125);
  EXPECT_NE(
      folder.err.find("cannot start in the container's folder \"/closed\": Permission denied"),
      std::string::npos)
      << folder.err;
  const RunResult command = RunWith(Stages("user: ann"), {"/closed/true"});
  EXPECT_EQ(command.status, 126) << command.err;
  const RunResult root = RunWith(Stages("user: root"), {"/closed/true"});
  EXPECT_EQ(root.status, 0) << root.err;
}

// The kernel can read what the user cannot.
TEST_P(ProcessAtStart, CannotHideFromTheRuntimeWhatAProgramIsLoadedBy) {
  for (const auto& [name, text] : {std::pair{"script", "#!/proc/self/exe\n"},
                                   {"inner", "#!/proc/self/exe\n"},
                                   {"outer", "#!/bin/inner\n"}}) {
    const std::string path = test_.Write("root/bin/" + std::string(name), text);
    ASSERT_EQ(chmod(path.c_str(), std::string(name) == "outer" ? 0755 : 0711), 0);
  }
  for (const char* command : {"/bin/script", "/bin/outer"}) {
    const RunResult result = RunWith(Stages("user: ann"), {command});
    EXPECT_EQ(result.status, 126);
    EXPECT_NE(result.err.find("cannot execute the container's \"/proc/self/exe\": Too many levels"),
              std::string::npos)
        << result.err;
  }
}

TEST_P(ProcessAtStart, RunsAProgramThatItsUserCannotRead) {
  ASSERT_EQ(chmod(test_.Path("root/bin/busybox").c_str(), 0711), 0);
  const RunResult result = RunWith(Stages("user: ann"), {"/bin/true"});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
}

TEST_P(ProcessAtStart, RefusesAUserThatIsNone) {
  const RunResult unknown = Run("user: bob", "true");
  EXPECT_EQ(unknown.status, 125);
  EXPECT_NE(unknown.err.find("good-process: the container has no such user: \"bob\" "
                             "(/etc/passwd of the container does not name it; a number always "
                             "works)\n"),
            std::string::npos)
      << unknown.err;
  EXPECT_NE(Run("user: none", "id").err.find("an id that is none"), std::string::npos);
  EXPECT_NE(Run("user: 'ann:nogroup'", "id").err.find("no such group: \"nogroup\""),
            std::string::npos);
}

// Not waited for, not followed.
TEST_P(ProcessAtStart, IsNotTrappedByTheImagesFiles) {
  const std::string passwd = test_.Path("root/etc/passwd");
  // Lines of NIS, of which the C library leaves fields out.
  test_.Write("root/etc/passwd", std::string("+\n-\n+root\n") + kPasswd);
  test_.Write("root/etc/group", "+\n-\n+root\n");
  EXPECT_EQ(Run("user: '0'", "id -u").out, "0\n");
  EXPECT_NE(Run("user: '+'", "id").err.find("has no such user: \"+\""), std::string::npos);
  std::filesystem::remove(passwd);
  ASSERT_EQ(mkfifo(passwd.c_str(), 0600), 0);
  EXPECT_NE(Run("user: ann", "id").err.find("is no file: \"/etc/passwd\""), std::string::npos);
  std::filesystem::remove(passwd);
  std::filesystem::create_symlink("/proc/version", passwd);
  EXPECT_NE(Run("user: ann", "id").err.find("is no file: \"/etc/passwd\""), std::string::npos);
  std::filesystem::remove(passwd);
  std::filesystem::create_symlink("/proc/self/fd/0", passwd);
  EXPECT_EQ(Run("user: ann", "id").status, 125);
}

INSTANTIATE_TEST_SUITE_P(By, Process, ::testing::ValuesIn(kWays), NameOf<Way>);
INSTANTIATE_TEST_SUITE_P(By, ProcessAtStart,
                         ::testing::ValuesIn(kWays, kWays + std::size(kWays) - 1), NameOf<Way>);

class ExecAs : public RunningContainer {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    test_.Write("root/etc/passwd", kPasswd);
    test_.Write("root/etc/group", kGroup);
  }
};

TEST_F(ExecAs, AUserOfTheContainer) {
  Start("  - pid\n  - mount: {root: root}\n  - proc\n");
  const RunResult named = Later({"exec", "-u", "ann", id(), "/bin/sh", "-c", "id -u; echo $HOME"});
  EXPECT_EQ(named.out, "1000\n/home/ann\n") << named.err;
  EXPECT_EQ(Later({"exec", "-u", "5:6", id(), "/bin/id", "-G"}).out, "6\n");
}

TEST_F(ExecAs, WhoIsNotThereIsRefused) {
  Start("  - pid\n  - mount: {root: root}\n  - proc\n");
  ExpectRefusal(Later({"exec", "-u", "bob", id(), "id"}),
                "the container has no such user: \"bob\" (/etc/passwd of the container does not "
                "name it; a number always works)");
  ExpectRefusal(Later({"exec", "-u", "", id(), "id"}),
                "-u: not a user (write a name or a number, such as 1000, 1000:1000 or www-data)");
  ExpectRefusal(Later({"exec", "-u", "4294967295", id(), "id"}),
                "-u: not a user \"4294967295\" (a number is at most 4294967294)");
}

TEST_F(ExecAs, ANumberNeedsNoFile) {
  const std::string passwd = test_.Path("root/etc/passwd");
  std::filesystem::remove(passwd);
  ASSERT_EQ(mkfifo(passwd.c_str(), 0600), 0);
  Start("  - pid\n  - mount: {root: root}\n  - proc\n");
  EXPECT_EQ(Later({"exec", "-u", "5", id(), "/bin/id", "-u"}).out, "5\n");
}

TEST_F(ExecAs, WhatIsTooMuchIsSaid) {
  Start("  - pid\n  - mount: {root: root}\n  - proc\n");
  test_.Write("root/etc/passwd", std::string(size_t{1} << 20, 'x') + "\n" + kPasswd);
  ExpectRefusal(
      Later({"exec", "-u", "ann", id(), "id"}),
      "a line of this file of the container is too long: \"/etc/passwd\" (at most 256 KiB "
      "are read of one)");
  test_.Write("root/etc/passwd", kPasswd);
  std::string groups;
  for (int i = 0; i < 65537; ++i) groups += "g:x:" + std::to_string(2000 + i) + ":ann\n";
  test_.Write("root/etc/group", groups);
  ExpectRefusal(Later({"exec", "-u", "ann", id(), "id"}),
                "the command's user is in more groups than Linux allows: \"65537\" (at most 65536; "
                "see the container's /etc/group)");
}

// The stage's wish is for the container's own user.
TEST_F(ExecAs, AnotherUserThanTheContainers) {
  Start("  - pid\n  - mount: {root: root}\n  - proc\n  - good-process: {user: ann}\n",
        {"--plugin-dir", Runfile("tests/plugins")});
  const std::string plugins = Runfile("tests/plugins");
  EXPECT_EQ(Later({"exec", "--plugin-dir", plugins, id(), "/bin/id", "-u"}).out, "1000\n");
  EXPECT_EQ(Later({"exec", "--plugin-dir", plugins, "-u", "root", id(), "/bin/id", "-u"}).out,
            "0\n");
}

TEST(ProcessWishes, ThatContradictEachOtherAreRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  ContainerTest test;
  test.MakeRoot();
  const RunResult result = test.RunContainer(
      test.WriteStages("  - good-process: {umask: '0022'}\n  - good-process: {umask: '0077'}\n"),
      {"/bin/true"}, {}, {"--plugin-dir", Runfile("tests/plugins")});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("twice"), std::string::npos) << result.err;
}

TEST(ProcessWishes, OfALabelThatNobodyKnowsAreRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  ContainerTest test;
  const RunResult result =
      test.RunContainer(test.WriteStages("  - good-process: {label: none_t}\n"), {"/bin/true"}, {},
                        {"--plugin-dir", Runfile("tests/plugins")});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("cannot run the command with the label \"none_t\""), std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace slipway::testing
