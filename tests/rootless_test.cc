// configs/rootless.yaml as it is, for a user without rights, on a root filesystem that
// tools/rootfs makes for that user.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/rootfs_tool.h"
#include "tests/system_files.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// The stages by the names of their folders.
const std::vector<std::string> kStages = {
    "user", "uts",     "pid", "ipc", "cgroup_v2", "cgroup_v1", "cgroup_namespace", "mount",
    "proc", "network", "sys", "dev", "mask",      "rlimits",   "credentials",      "seccomp"};

constexpr uid_t kFirst = 300000;  // of the subordinate ids: 1 in the container

// Forks until it cannot, and says how many processes there are.
constexpr char kFork[] =
    "n=1; while [ $n -lt 100 ]; do sleep 1000 >/dev/null 2>&1 & n=$((n + 1)); echo $n; done";

class RootlessYaml : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
      std::ofstream(file) << PlainUser() << ":" << kFirst << ":65536\n";
    }
    system_.InstallIdHelpers();
    copy_.InstallConfig("rootless.yaml");
    fs::create_directory(folder_ + "/state");
    ASSERT_EQ(chown((folder_ + "/state").c_str(), PlainUser(), PlainUser()), 0);
    if (network::HasTun()) tun_.emplace(folder_ + "/tun");
  }
  void TearDown() override {
    if (!IsRoot()) return;
    tun_.reset();
    test_.ExpectNothingLeft();
  }

  // A small one with busybox, in which user 5 has a name; by the command of the installed tool.
  void MakeRoot() const {
    test_.Write("root/etc/passwd", "root:x:0:0::/root:/bin/sh\ngame:x:5:7::/:/bin/sh\n");
    tool_.Pack(test_.MakeRoot());
    const RunResult made = tool_.Run({"--from", tool_.tarball()});
    ASSERT_EQ(made.status, 0) << made.err;
  }

  // Without the way out where the kernel has no device for it.
  RunResult Run(const std::vector<std::string>& flags, const std::string& script) const {
    std::vector<std::string> argv = {copy_.host(),       "--config", "rootless",     "--root",
                                     folder_ + "/state", "--name",   test_.next_id()};
    argv.insert(argv.end(), flags.begin(), flags.end());
    if (!network::HasTun()) argv.insert(argv.end(), {"--set", "network.uplink=none"});
    argv.insert(argv.end(), {"--", "/bin/sh", "-c", script});
    RunResult result;
    host_.Run([&] {
      result = RunProgram(argv, {.uid = PlainUser(), .environment = tool_.Environment()});
    });
    return result;
  }

  struct stat Of(const std::string& file) const {
    struct stat about {};
    EXPECT_EQ(lstat((tool_.made() + file).c_str(), &about), 0) << file;
    return about;
  }

  // Before the census of ContainerTest.
  const SystemFiles system_{"/var/tmp/slipway-system-" + std::to_string(getpid())};
  const network::HostNetwork host_;
  ContainerTest test_;
  const PublicCopy copy_{kStages};
  const std::string folder_ = fs::path(copy_.Config()).parent_path();
  const RootfsTool tool_{folder_};
  std::optional<network::OpenTun> tun_;
};

TEST_F(RootlessYaml, WithoutARootTheCommandThatMakesItIsTold) {
  const RunResult result = Run({}, "echo ran");
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("mount: root: cannot open \"" + tool_.made() +
                            "\": No such file or directory (the option root must name a folder of "
                            "the host, or an image file; slipway-rootfs " +
                            tool_.made() + ", or tools/rootfs in a clone, makes one)\n"),
            std::string::npos)
      << result.err;
  MakeRoot();
  EXPECT_EQ(Run({}, "echo ran").out, "ran\n");
}

TEST_F(RootlessYaml, HasANameAndAnInitAndOwnProcessesAndOwnFiles) {
  MakeRoot();
  const RunResult result =
      Run({}, "id -u; uname -n; echo $$; echo /proc/[0-9]*; echo $HOME $PWD; cat /etc/passwd");
  EXPECT_EQ(result.out,
            "0\ncontainer\n2\n/proc/1 /proc/2\n/root /root\nroot:x:0:0::/root:/bin/sh\n"
            "game:x:5:7::/:/bin/sh\n")
      << result.err;
}

TEST_F(RootlessYaml, WhatIsWrittenStaysAndBelongsToSubordinateIds) {
  MakeRoot();
  const RunResult result = Run({},
                               "echo kept >/tmp/made; chown 5:7 /tmp/made; "
                               "su game -c 'id -u; touch /tmp/by-game'; touch /tmp/by-root");
  EXPECT_EQ(result.out, "5\n") << result.err;
  EXPECT_EQ(Run({}, "cat /tmp/made").out, "kept\n");
  EXPECT_EQ(Of("/tmp/made").st_uid, kFirst + 4);
  EXPECT_EQ(Of("/tmp/made").st_gid, kFirst + 6);
  EXPECT_EQ(Of("/tmp/by-game").st_uid, kFirst + 4);
  EXPECT_EQ(Of("/tmp/by-root").st_uid, PlainUser());
}

TEST_F(RootlessYaml, ReachesTheNetworkByPasta) {
  if (!network::HasTun()) GTEST_SKIP() << network::kNoTun;
  MakeRoot();
  EXPECT_EQ(network::Heard(host_, [this] { return Run({}, network::kAsk); }), network::kHeard);
}

TEST_F(RootlessYaml, HasNamesThatFitTheNetwork) {
  MakeRoot();
  const RunResult result =
      Run({"--set", "network.dns={servers: [10.99.1.1]}"},
          "cat /etc/resolv.conf; grep -c -w localhost /etc/hosts; grep -c container /etc/hosts");
  EXPECT_EQ(result.out.find("nameserver 10.99.1.1\n"), 0u) << result.out << result.err;
  EXPECT_TRUE(result.out.ends_with("\n2\n1\n")) << result.out;
  EXPECT_EQ(Of("/etc/resolv.conf").st_size, 0);
}

TEST_F(RootlessYaml, HasDockersRightsButDeviceFiles) {
  MakeRoot();
  const RunResult result = Run({},
                               "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status; "
                               "mknod /dev/disk b 7 0; mount -t tmpfs none /tmp");
  EXPECT_EQ(result.out, "CapEff:\t00000000a00425fb\nNoNewPrivs:\t1\nSeccomp:\t2\n") << result.err;
}

TEST_F(RootlessYaml, TasksAreLimitedWithoutCgroups) {
  MakeRoot();
  EXPECT_NE(Run({}, "cat /proc/self/limits").out.find("Max processes             2048 "),
            std::string::npos);
  const RunResult result = Run({"--set", "rlimits.nproc=20"}, kFork);
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
  EXPECT_EQ(result.out.find("\n21\n"), std::string::npos) << result.out;
}

TEST_F(RootlessYaml, TasksAreLimitedByACgroupOfTheUsers) {
  const auto mounts = cgroup::ParseCgroupMounts(ReadText("/proc/self/mountinfo"));
  const cgroup::CgroupMount* pids = cgroup::FindController(mounts, "pids");
  if (!pids) GTEST_SKIP() << "needs the controller pids on cgroup v1; delegation_test has both";
  MakeRoot();
  const std::string name = "/slipway-rootless-" + std::to_string(getpid());
  const std::string parent = pids->mount_point + name;
  ASSERT_TRUE(fs::create_directory(parent));
  for (const char* file : {"", "/cgroup.procs", "/tasks"}) {
    ASSERT_EQ(chown((parent + file).c_str(), PlainUser(), PlainUser()), 0);
  }
  const RunResult result =
      Run({"--set", "cgroup.parent=" + name, "--set", "cgroup.pids.max=20"}, kFork);
  EXPECT_EQ(rmdir(parent.c_str()), 0);
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
  EXPECT_NE(result.out.find("\n19\n"), std::string::npos) << result.out;  // the init is one too
  EXPECT_EQ(result.out.find("\n20\n"), std::string::npos) << result.out;
}

// On a copy of the root filesystem that tools/rootfs makes for root, from a repository that is a
// folder.
TEST_F(RootlessYaml, AptInstallsAPackage) {
  if (Slowness() > 1) GTEST_SKIP() << "takes long where the processor is emulated";
  const fs::path root =
      fs::canonical(Runfile("configs/rootless.yaml")).parent_path() / "../rootfs/ubuntu";
  ASSERT_TRUE(fs::is_directory(root))
      << "run tools/rootfs first, which makes " << root.lexically_normal().string();
  tool_.Pack(root);
  const RunResult made = tool_.Run({"--from", tool_.tarball()});
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string repository = folder_ + "/repository";
  test_.Write(
      "package/DEBIAN/control",
      "Package: slipway-try\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <n@localhost>\n"
      "Description: tries apt\n");
  const std::string owned = test_.Write("package/srv/tried", "");
  ASSERT_EQ(chown(owned.c_str(), 5, 5), 0);
  const RunResult packed = RunProgram(
      {"/bin/sh", "-ec",
       "mkdir \"$1\"; dpkg-deb -b \"$0\" \"$1/try.deb\"; cd \"$1\"; { cat \"$0/DEBIAN/control\"; "
       "echo \"Filename: ./try.deb\"; echo \"Size: $(stat -c %s try.deb)\"; "
       "echo \"SHA256: $(sha256sum try.deb | cut -d' ' -f1)\"; } >Packages",
       test_.Path("package"), repository});
  ASSERT_EQ(packed.status, 0) << packed.err;
  const std::string quiet = " -q -o Dir::Etc::SourceList=/tmp/try.list -o Dir::Etc::SourceParts=- ";
  const RunResult result =
      Run({"--bind", repository + ":/mnt:ro"},
          "echo 'deb [trusted=yes] file:/mnt ./' >/tmp/try.list && apt-get" + quiet +
              "update && apt-get" + quiet + "install -y slipway-try && stat -c %u /srv/tried");
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_TRUE(result.out.ends_with("\n5\n")) << result.out;
  EXPECT_EQ(Run({}, "dpkg -s slipway-try | grep ^Status").out, "Status: install ok installed\n");
}

TEST(RootlessYamlCheck, IsRight) {
  const RunResult result = RunProgram(
      {Runfile("runtime/runtime"), "check", fs::canonical(Runfile("configs/rootless.yaml"))},
      {.environment = {{"HOME", "/home/nobody"}}});
  EXPECT_EQ(result.status, 0) << result.err;
}

}  // namespace
}  // namespace slipway::testing
