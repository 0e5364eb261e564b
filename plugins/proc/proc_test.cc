#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

// It knows the ids of the test's folders.
const std::string kUser = "  - user: {uids: [\"0:0:100\"], gids: [\"0:0:100\"]}\n";

std::string Stages(const std::string& proc) {
  return "  - pid\n  - mount: {root: root}\n  - proc" + proc + "\n";
}

TEST(Proc, ShowsTheContainersProcessesAlone) {
  const RunResult result = ContainerTest().RunScript(Stages(""), "echo /proc/[0-9]*");
  EXPECT_EQ(result.out, "/proc/1 /proc/2\n") << result.err;
}

TEST(Proc, IsMountedNosuidNodevNoexec) {
  const RunResult result =
      ContainerTest().RunScript(Stages(""), "grep ' /proc ' /proc/mounts | cut -d' ' -f3,4");
  EXPECT_EQ(result.out, "proc rw,nosuid,nodev,noexec,relatime\n") << result.err;
}

TEST(Proc, TargetIsWhereItIsMounted) {
  ContainerTest test;
  std::filesystem::create_directories(test.MakeRoot() + "/mnt/processes");
  const RunResult result =
      test.RunScript(Stages(": {target: /mnt/processes}"), "cat /mnt/processes/1/comm");
  EXPECT_EQ(result.out, "init\n") << result.err;
}

TEST(Proc, HidepidHidesOtherUsersProcesses) {
  const RunResult result = ContainerTest().RunScript(Stages(": {hidepid: invisible}"),
                                                     "grep -o hidepid=[a-z]* /proc/mounts");
  EXPECT_EQ(result.out, "hidepid=invisible\n") << result.err;
}

TEST(Proc, SubsetPidShowsFoldersOfProcessesAlone) {
  const RunResult result = ContainerTest().RunScript(
      Stages(": {subset: pid}"), "cat /proc/self/comm; ls /proc/sys /proc/meminfo 2>&1 | wc -l");
  EXPECT_EQ(result.out, "cat\n2\n") << result.err;
}

// There a new procfs needs an old one in sight: the host's, until the container's root is entered.
TEST(Proc, WorksInAUserNamespace) {
  for (const char* more : {"", ", overlay: true", ", method: chroot"}) {
    ContainerTest test;
    test.MakeRoot();
    const std::string config =
        test.WriteStages(std::string("  - pid\n  - mount: {root: root") + more + "}\n  - proc\n");
    std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
    const std::vector<std::string> words = test.Argv(config, {"/bin/ls", "/proc/1/comm"});
    argv.insert(argv.end(), words.begin(), words.end());
    const RunResult result = slipway::testing::RunProgram(argv);
    EXPECT_EQ(result.out, "/proc/1/comm\n") << more << result.err;
  }
}

// The kernel's rule, mount_too_revealing() of fs/namespace.c.
TEST(Proc, SaysWhyAUserNamespaceMayNotMountIt) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(Stages(""));
  // Hides a part of /proc, and then is root of a user namespace.
  std::vector<std::string> argv = {
      "/usr/bin/unshare",
      "--mount",
      "/bin/sh",
      "-c",
      "mount -t tmpfs none /proc/sys && exec unshare --user --map-root-user --mount \"$@\"",
      "sh"};
  const std::vector<std::string> words = test.Argv(config, {"/bin/true"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("test.yaml:5:5: proc: cannot make a mount of \"proc\": Operation not "
                            "permitted (in a user namespace the kernel allows it only where all of "
                            "the host's /proc shows)"),
            std::string::npos)
      << result.err;
}

TEST(Proc, SaysWhyAUserNamespaceOfTheContainersMayNotMountIt) {
  ContainerTest test;
  test.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare",
                                   "--mount",
                                   "/bin/sh",
                                   "-c",
                                   "mount -t tmpfs none /proc/sys && exec \"$@\"",
                                   "sh"};
  const std::vector<std::string> words =
      test.Argv(test.WriteStages(kUser + Stages(": {subset: pid}")), {"/bin/true"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("proc: cannot make a mount of \"proc\": Operation not permitted (in a "
                      "user namespace the kernel allows it only where all of the host's /proc "
                      "shows)"),
      std::string::npos)
      << result.err;
}

TEST(Proc, SaysThatAUserNamespaceNeedsAPidNamespaceOfItsOwn) {
  const RunResult result =
      ContainerTest().RunScript(kUser + "  - mount: {root: root}\n  - proc\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("test.yaml:5:5: proc: cannot mount \"proc\": Operation not permitted (in "
                      "a user namespace the kernel allows it only for a PID namespace of its "
                      "own: write pid in front of it)"),
      std::string::npos)
      << result.err;
}

TEST(Proc, UnknownHidepidIsRefusedWithTheNearest) {
  const RunResult result = ContainerTest().RunScript(Stages(": {hidepid: invisble}"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("test.yaml:5:21: proc: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("did you mean \"invisible\"?"), std::string::npos) << result.err;
}

TEST(Proc, TargetThatIsASymlinkIsRefused) {
  ContainerTest test;
  const std::string proc = test.MakeRoot() + "/proc";
  std::filesystem::remove(proc);
  std::filesystem::create_directory_symlink("tmp", proc);
  const RunResult result = test.RunScript(Stages(""), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":5:5: proc: target: cannot open the container's \"/proc\": Too many "
                            "levels of symbolic links (in the container's root it is a symlink, or "
                            "lies below one; it must be a plain folder)\n");
}

TEST(Proc, TargetThatIsMissingIsReported) {
  ContainerTest test;
  std::filesystem::remove(test.MakeRoot() + "/proc");
  const RunResult result = test.RunScript(Stages(""), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err,
            "runtime: " + test.Path("test.yaml") +
                ":5:5: proc: target: cannot open the container's \"/proc\": No such "
                "file or directory (a mount point must exist in the container's root, and "
                "this one does not; make it there)\n");
}

TEST(Proc, TheRootIsRefusedHoweverItIsWritten) {
  for (const std::string target : {"/", "//", "/../", "/proc/.."}) {
    const RunResult result =
        ContainerTest().RunScript(Stages(": {target: " + target + "}"), "true");
    EXPECT_NE(result.err.find("proc: target: a mount at the container's root itself would hide all "
                              "of it \"" +
                              target + "\""),
              std::string::npos)
        << result.err;
    EXPECT_EQ(result.status, 125);
  }
}

TEST(Proc, NeedsAMountNamespace) {
  ContainerTest test;
  const RunResult result =
      test.RunContainer(test.WriteStages("  - pid\n  - proc\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("test.yaml:4:5: proc: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("mount-namespace"), std::string::npos) << result.err;
}

TEST(Proc, MustStandAfterTheRoot) {
  const RunResult result = ContainerTest().RunScript("  - proc\n  - mount: {root: root}\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("test.yaml:3:5: proc: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("test.yaml:4:5"), std::string::npos) << result.err;
}

TEST(Proc, TellsWhatItWouldDo) {
  const RunResult plan =
      ContainerTest().Plan(Stages(": {target: /mnt, hidepid: invisible, subset: pid}"));
  EXPECT_NE(plan.out.find("  mount      /mnt  a new procfs, nosuid, nodev, noexec, "
                          "hidepid=invisible, subset=pid\n"),
            std::string::npos)
      << plan.out << plan.err;
}

}  // namespace
