#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

namespace fs = std::filesystem;

constexpr char kStages[] = "  - pid\n  - mount: {root: root}\n  - proc\n  - sys\n";
constexpr char kMount[] = "grep ' /sys ' /proc/mounts | cut -d' ' -f3,4; ";

TEST(Sys, IsANewSysfsThatNobodyChanges) {
  const RunResult result = ContainerTest().RunScript(
      kStages, std::string(kMount) + "test -d /sys/kernel/mm && echo there; mkdir /sys/x 2>&1");
  EXPECT_EQ(result.out,
            "sysfs ro,nosuid,nodev,noexec,relatime\nthere\n"
            "mkdir: can't create directory '/sys/x': Read-only file system\n")
      << result.err;
}

TEST(Sys, ShowsNoCgroupsOfTheMachine) {
  const RunResult result = ContainerTest().RunScript(kStages, "ls -A /sys/fs/cgroup");
  EXPECT_EQ(result.out, "") << result.err;
  EXPECT_EQ(result.status, 0);
}

// The devices of a network namespace are below /sys/class/net.
TEST(Sys, IsOfTheContainersNetworkNamespace) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(kStages);
  std::vector<std::string> argv = {"/usr/bin/unshare", "--net"};
  const std::vector<std::string> words = test.Argv(config, {"/bin/ls", "/sys/class/net"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.out.find("eth"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("lo\n"), std::string::npos) << result.out << result.err;
}

RunResult InUserNamespace(ContainerTest& test, const std::vector<std::string>& more,
                          const std::string& script) {
  test.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  argv.insert(argv.end(), more.begin(), more.end());
  const std::vector<std::string> words =
      test.Argv(test.WriteStages(kStages), {"/bin/sh", "-c", script}, {"-v"});
  argv.insert(argv.end(), words.begin(), words.end());
  return slipway::testing::RunProgram(argv);
}

TEST(Sys, WorksInAUserNamespaceWithANetworkNamespace) {
  ContainerTest test;
  const RunResult result = InUserNamespace(test, {"--net"}, "ls /sys/class/net");
  EXPECT_EQ(result.out.find("eth"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("lo\n"), std::string::npos) << result.out << result.err;
}

TEST(Sys, ShowsTheMachinesInAUserNamespaceWithoutOne) {
  ContainerTest test;
  const RunResult result = InUserNamespace(
      test, {},
      "test -d /sys/kernel/mm && echo there; grep -c ' /sys[^ ]* [a-z0-9]* rw' /proc/mounts; ls -A "
      "/sys/fs/cgroup");
  EXPECT_EQ(result.out, "there\n0\n") << "and no cgroup of the machine's\n" << result.err;
  EXPECT_NE(result.err.find("sys: shows the machine's /sys, read-only: in a user namespace"),
            std::string::npos)
      << result.err;
}

TEST(Sys, ASymlinkOfTheImageIsRefused) {
  ContainerTest test;
  const std::string folder = test.MakeRoot() + "/sys";
  fs::remove(folder);
  fs::create_directory_symlink("/etc", folder);
  const RunResult result = test.RunScript(kStages, "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("sys: cannot open the container's \"/sys\": Too many levels of symbolic "
                      "links"),
      std::string::npos)
      << result.err;
}

TEST(Sys, SaysWhatItWouldDo) {
  const RunResult result = ContainerTest().Plan(kStages);
  EXPECT_NE(result.out.find("a new sysfs, read-only, nosuid, nodev, noexec\n"), std::string::npos)
      << result.out;
}

}  // namespace
