// The ready configs, each run as it is: on the machine's own files (host.yaml), and on the root
// filesystem that tools/rootfs makes (minimal.yaml, ubuntu.yaml). sandbox_test.cc runs
// sandbox.yaml, system_test.cc system.yaml.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// In the source tree, which the runfiles point to: paths in a config are relative to it.
std::string Config(const std::string& name) {
  return fs::canonical(Runfile("configs/" + name)).string();
}

std::string HostName() {
  char name[65] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

// With the host's mounts and names before and after it.
class Configs : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(HostName(), hostname_); }

  // In the container of the config. RunContainer compares the mounts.
  RunResult Run(const std::string& config, const std::string& script) {
    return test_.RunContainer(Config(config), {"/bin/sh", "-c", script});
  }

  const std::string hostname_ = HostName();
  ContainerTest test_;
};

TEST_F(Configs, EachHasATestHereOrOfItsOwn) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(Config("host.yaml")).parent_path())) {
    if (entry.path().extension() == ".yaml") names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{"host.yaml", "minimal.yaml", "rootless.yaml",
                                          "sandbox.yaml", "system.yaml", "ubuntu.yaml"}));
}

using HostYaml = Configs;

TEST_F(HostYaml, HasAHostnameAndAnInitAndNoProcessOfTheHost) {
  const RunResult result = Run("host.yaml", "uname -n; echo $$; echo /proc/[0-9]*");
  EXPECT_EQ(result.out, "sandbox\n2\n/proc/1 /proc/2\n") << result.err;
  EXPECT_EQ(result.err, "");
}

TEST_F(HostYaml, ShowsTheMachinesFilesAndKeepsThemAsTheyAre) {
  const std::string file = "/etc/" + test_.next_id();
  const RunResult result =
      Run("host.yaml", "echo written > " + file + " && cat " + file + " && rm /etc/passwd");
  EXPECT_EQ(result.out, "written\n") << result.err;
  EXPECT_FALSE(fs::exists(file));
  EXPECT_TRUE(fs::exists("/etc/passwd"));
}

TEST_F(HostYaml, HasHarmlessDevicesOfItsOwn) {
  const RunResult result = Run("host.yaml",
                               "head -c 3 /dev/zero | wc -c; echo lost > /dev/null; "
                               "find /dev -type b; mknod /dev/disk b 7 0; mknod /tmp/disk b 7 0");
  EXPECT_EQ(result.out, "3\n") << result.err;
  EXPECT_EQ(
      result.err,
      "mknod: /dev/disk: Operation not permitted\nmknod: /tmp/disk: Operation not permitted\n");
}

TEST_F(HostYaml, HasAReadonlySys) {
  const RunResult result = Run("host.yaml", "mkdir /sys/kernel/made-inside");
  EXPECT_NE(result.err.find("Read-only file system"), std::string::npos) << result.err;
}

// What the machine keeps in /proc/sys, and what it has mounted.
constexpr char kChangeTheMachine[] =
    "(echo renamed > /proc/sys/kernel/hostname) 2>/dev/null && echo written; "
    "mount -t tmpfs none /mnt 2>/dev/null && echo mounted; umount /proc/sys 2>/dev/null && echo "
    "bare; "
    "uname -n";

TEST_F(HostYaml, ChangesNothingOfTheMachine) {
  const RunResult result = Run("host.yaml", kChangeTheMachine);
  EXPECT_EQ(result.out, "sandbox\n") << result.err;
}

// tools/rootfs makes it too, but not for the tests.
TEST_F(Configs, SystemYamlSaysHowItsRootIsMade) {
  const std::string root = test_.Path("nowhere");
  const RunResult result =
      test_.RunContainer(Config("system.yaml"), {"/bin/true"}, {}, {"--set", "mount.root=" + root});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("slipway-rootfs --include systemd-sysv,dbus " + root),
            std::string::npos)
      << result.err;
}

// A skip would hide that the README's own example has not been run.
class OnRootFilesystem : public Configs {
 protected:
  void SetUp() override {
    const fs::path root = fs::path(Config("ubuntu.yaml")).parent_path() / "../rootfs/ubuntu";
    ASSERT_TRUE(fs::is_directory(root))
        << "run tools/rootfs first, which makes " << root.lexically_normal().string();
  }
};

using MinimalYaml = OnRootFilesystem;

TEST_F(MinimalYaml, HasOwnProcessesAndOwnFilesAndTheHostsName) {
  const RunResult result = Run(
      "minimal.yaml", "echo $$; echo /proc/[0-9]*; cut -d' ' -f5 /proc/self/mountinfo; uname -n");
  EXPECT_EQ(result.out, "2\n/proc/1 /proc/2\n/\n/proc\n" + hostname_ + "\n") << result.err;
  EXPECT_EQ(result.err, "");
}

using UbuntuYaml = OnRootFilesystem;

TEST_F(UbuntuYaml, HasAHostnameAndAnInitAndOwnProcessesAndOwnFiles) {
  const RunResult result =
      Run("ubuntu.yaml",
          "uname -n; echo $$; echo /proc/[0-9]*; cut -d' ' -f5 /proc/self/mountinfo | "
          "grep -v '^/proc/'");
  EXPECT_EQ(result.out,
            "container\n2\n/proc/1 /proc/2\n/\n/proc\n/dev\n/dev/pts\n/dev/shm\n/dev/mqueue\n")
      << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
}

TEST_F(UbuntuYaml, RunsBashWithoutACommand) {
  RunOptions options;
  options.input = "echo hello from ${BASH##*/} $BASHPID\nexit 6\n";
  const RunResult result = test_.RunContainer(Config("ubuntu.yaml"), {}, options);
  EXPECT_EQ(result.out, "hello from bash 2\n") << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 6);
}

TEST_F(UbuntuYaml, AForkBombStopsAtTwentyTasks) {
  // perl says how many it got; a shell would try again for a while. It and the init are tasks too.
  const RunResult result = test_.RunContainer(
      Config("ubuntu.yaml"), {"/usr/bin/perl", "-e",
                              "my $tasks = 2;"
                              "while ($tasks < 100) {"
                              "  my $pid = fork;"
                              "  if (!defined $pid) { print \"$tasks tasks: $!\\n\"; last }"
                              "  if (!$pid) { sleep 1000; exit }"
                              "  $tasks++;"
                              "}"});
  EXPECT_EQ(result.out, "20 tasks: Resource temporarily unavailable\n") << result.err;
}

TEST_F(UbuntuYaml, TakesTheCgroupVersionThatHasTheController) {
  const auto mounts = cgroup::ParseCgroupMounts(ReadText("/proc/self/mountinfo"));
  const std::string wanted =
      (cgroup::FindController(mounts, "pids") ? ":pids:/" : "0::/") + test_.next_id() + "\n";
  const RunResult result = Run("ubuntu.yaml", "cat /proc/self/cgroup");
  EXPECT_NE(result.out.find(wanted), std::string::npos) << result.out << result.err;
}

TEST_F(UbuntuYaml, ChangesNothingOfTheMachine) {
  const RunResult result = Run("ubuntu.yaml", kChangeTheMachine);
  EXPECT_EQ(result.out, "container\n") << result.err;
}

TEST_F(UbuntuYaml, HasDockersRightsButDeviceFiles) {
  const RunResult result =
      Run("ubuntu.yaml",
          "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status; wc -c < /proc/keys");
  EXPECT_EQ(result.out, "CapEff:\t00000000a00425fb\nNoNewPrivs:\t1\nSeccomp:\t2\n0\n")
      << result.err;
}

}  // namespace
}  // namespace slipway::testing
