// tools/rootfs as a user without rights: whose the files are, what it refuses, and that nothing is
// left of what it did not finish.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"
#include "tests/public_copy.h"
#include "tests/rootfs_tool.h"
#include "tests/system_files.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kFirst = 300000;  // of the subordinate ids that SystemFiles gives: 1 in the folder

class Rootfs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    system_.GiveIds(PlainUser());
    system_.InstallIdHelpers();
    tool_.Pack(Root());
  }
  void TearDown() override {
    if (IsRoot()) test_.ExpectNothingLeft();
  }

  // What the tarball has.
  std::string Root() const {
    std::string root = test_.Path("root");
    if (fs::exists(root)) return root;
    for (const char* name : {"/bin", "/etc", "/tmp"}) fs::create_directories(root + name);
    fs::copy_file("/bin/busybox", root + "/bin/busybox");
    fs::create_symlink("busybox", root + "/bin/sh");
    return root;
  }
  RunResult Make(std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {"--from", tool_.tarball()});
    return tool_.Run(words);
  }

  struct stat Of(const std::string& file) const {
    struct stat about {};
    EXPECT_EQ(lstat((tool_.made() + file).c_str(), &about), 0) << file;
    return about;
  }

  // In the folder that it makes the root filesystem in.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    if (!fs::exists(tool_.rootfs())) return names;
    for (const auto& entry : fs::directory_iterator(tool_.rootfs())) {
      names.insert(entry.path().filename());
    }
    return names;
  }

  void ExpectFailure(const RunResult& result, const std::string& line) const {
    EXPECT_EQ(result.err, "slipway-rootfs: " + line + "\n");
    EXPECT_EQ(result.status, 1);
  }

  std::string User() const { return std::to_string(PlainUser()); }

  // Before the census of ContainerTest.
  const SystemFiles system_{"/var/tmp/slipway-system-" + std::to_string(getpid())};
  ContainerTest test_;
  const PublicCopy copy_{{}};
  const std::string folder_ = fs::path(copy_.Config()).parent_path();
  const RootfsTool tool_{folder_};
};

// What the kernel has no say in.
class RootfsOnAnyKernel : public Rootfs {
 protected:
  void SetUp() override {
    if (Slowness() > 1) GTEST_SKIP() << "takes long where the processor is emulated";
    Rootfs::SetUp();
  }
};

TEST_F(Rootfs, ItsRootIsTheUserAndOthersAreSubordinateIds) {
  const std::string file = test_.Write("root/etc/game", "");
  ASSERT_EQ(chown(file.c_str(), 5, 60), 0);
  ASSERT_EQ(chmod(file.c_str(), 06750), 0);
  tool_.Pack(Root());
  const RunResult result = Make();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("slipway-rootfs: made " + tool_.made()), std::string::npos)
      << result.out;
  EXPECT_EQ(Of("/bin/busybox").st_uid, PlainUser());
  EXPECT_EQ(Of("/etc/game").st_uid, kFirst + 4);
  EXPECT_EQ(Of("/etc/game").st_gid, kFirst + 59);
  EXPECT_EQ(Of("/etc/game").st_mode & 07777, mode_t{06750});
  EXPECT_EQ(Names(), std::set<std::string>{"ubuntu"});
}

TEST_F(RootfsOnAnyKernel, HasFilesForTheNetworkToMountOn) {
  EXPECT_EQ(Make().status, 0);
  for (const char* file : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}) {
    EXPECT_TRUE(S_ISREG(Of(file).st_mode)) << file;
  }
}

TEST_F(Rootfs, DeviceFilesAreLeftOut) {
  ASSERT_EQ(mknod((Root() + "/etc/device").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
  test_.Write("root/etc/file", "");
  tool_.Pack(Root());
  const RunResult result = Make();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("left out 1 device file(s), which only root can make\n"),
            std::string::npos)
      << result.out;
  EXPECT_FALSE(fs::exists(tool_.made() + "/etc/device"));
  EXPECT_TRUE(fs::exists(tool_.made() + "/etc/file"));
}

TEST_F(RootfsOnAnyKernel, OneThatIsThereStaysUnlessForced) {
  const std::string file = test_.Write("root/etc/game", "");
  ASSERT_EQ(chown(file.c_str(), 5, 5), 0);
  ASSERT_EQ(chmod((Root() + "/tmp").c_str(), 0700), 0);
  ASSERT_EQ(chown((Root() + "/tmp").c_str(), 5, 5), 0);
  test_.Write("root/tmp/kept", "");
  tool_.Pack(Root());
  ASSERT_EQ(Make().status, 0);
  const ino_t first = Of("").st_ino;
  EXPECT_EQ(Make().out, "slipway-rootfs: " + tool_.made() + " is there (--force makes it anew)\n");
  EXPECT_EQ(Of("").st_ino, first);
  const RunResult forced = Make({"--force"});
  EXPECT_EQ(forced.status, 0) << forced.err;
  EXPECT_NE(Of("").st_ino, first);
  EXPECT_EQ(Names(), std::set<std::string>{"ubuntu"});
}

TEST_F(Rootfs, RemoveDeletesIt) {
  const std::string folder = Root() + "/etc/of5";
  fs::create_directory(folder);
  test_.Write("root/etc/of5/file", "");
  ASSERT_EQ(chown(folder.c_str(), 5, 5), 0);
  tool_.Pack(Root());
  ASSERT_EQ(Make().status, 0);
  const RunResult result = tool_.Run({"--remove"});
  EXPECT_EQ(result.out, "slipway-rootfs: removed " + tool_.made() + "\n") << result.err;
  EXPECT_EQ(Names(), std::set<std::string>());
  EXPECT_EQ(tool_.Run({"--remove"}).out, "slipway-rootfs: " + tool_.made() + " is not there\n");
}

TEST_F(RootfsOnAnyKernel, RemoveAndForceTakeRootFilesystemsOnly) {
  fs::create_directories(tool_.made() + "/letters");
  for (const char* folder : {"/slipway", "/slipway/rootfs", "/slipway/rootfs/ubuntu"}) {
    ASSERT_EQ(chown((tool_.data() + folder).c_str(), PlainUser(), PlainUser()), 0);
  }
  const std::string is_none = tool_.made() + " is there and is not a root filesystem; ";
  ExpectFailure(tool_.Run({"--remove"}), is_none + "--remove does not delete it");
  ExpectFailure(Make({"--force"}), is_none + "--force does not replace it");
  EXPECT_TRUE(fs::exists(tool_.made() + "/letters"));
}

TEST_F(RootfsOnAnyKernel, WhatOthersOwnInItIsNotReplaced) {
  ASSERT_EQ(Make().status, 0);
  fs::create_directories(tool_.made() + "/srv/roots");
  const std::string line = tool_.made() + "/srv is not this user's to change; ";
  ExpectFailure(Make({"--force"}), line + "--force does not replace it");
  ExpectFailure(tool_.Run({"--remove"}), line + "--remove does not delete it");
  EXPECT_EQ(Names(), std::set<std::string>{"ubuntu"});
}

TEST_F(RootfsOnAnyKernel, AFailureLeavesNothing) {
  fs::remove_all(Root() + "/bin");
  tool_.Pack(Root());
  const RunResult result = Make();
  ExpectFailure(result, tool_.tarball() + " has no /bin/sh, so it is no root filesystem");
  EXPECT_EQ(Names(), std::set<std::string>());
}

TEST_F(Rootfs, MoreIdsThanTheUserHasAreNamed) {
  const std::string file = test_.Write("root/etc/game", "");
  ASSERT_EQ(chown(file.c_str(), 1001, 0), 0);
  ASSERT_EQ(mknod((Root() + "/etc/device").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
  tool_.Pack(Root());
  ExpectFailure(Make(), tool_.tarball() +
                            " cannot be unpacked: tar: ./etc/game: Cannot change ownership to uid "
                            "1001, gid 0: Invalid argument (more ids than /etc/subuid and "
                            "/etc/subgid give this user)");
  EXPECT_EQ(Names(), std::set<std::string>());
}

// By a tar(1) that makes a file of another user's, says so, and then never ends.
class InterruptedRootfs : public Rootfs {
 protected:
  RunResult Interrupt(int signal) const {
    const std::string fifo = folder_ + "/begun";
    EXPECT_EQ(mkfifo(fifo.c_str(), 0666), 0);
    EXPECT_EQ(chmod(fifo.c_str(), 0666), 0);
    WriteTar(
        "for word in \"$@\"; do [[ $word == --directory=* ]] && cd \"${word#*=}\"; done\n"
        "mkdir -m 700 of5; echo >of5/file; chown 5:5 of5\n"
        "echo >" +
        fifo + "\nexec sleep 1000\n");
    auto environment = tool_.Environment();
    environment["PATH"] = folder_ + "/programs:/usr/sbin:/usr/bin:/sbin:/bin";
    const sys::Fd begun(open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    Running running({tool_.path(), "--from", tool_.tarball()},
                    {.uid = PlainUser(), .environment = environment});
    pollfd event{begun.get(), POLLIN, 0};
    EXPECT_EQ(poll(&event, 1, 60'000 * Slowness()), 1) << "it has not begun";
    EXPECT_EQ(Names().size(), 1u);
    running.Signal(signal);
    return running.Await();
  }

 private:
  void WriteTar(const std::string& script) const {
    const std::string tar = folder_ + "/programs/tar";
    fs::create_directory(fs::path(tar).parent_path());
    std::ofstream(tar) << "#!/bin/bash\n" << script;
    EXPECT_EQ(chmod(tar.c_str(), 0755), 0);
  }
};

TEST_F(InterruptedRootfs, ByTermLeavesNothing) {
  EXPECT_EQ(Interrupt(SIGTERM).status, 143);
  EXPECT_EQ(Names(), std::set<std::string>());
}

TEST_F(InterruptedRootfs, ByCtrlCLeavesNothing) {
  EXPECT_EQ(Interrupt(SIGINT).status, 130);
  EXPECT_EQ(Names(), std::set<std::string>());
}

TEST_F(RootfsOnAnyKernel, WhatAKilledRunHasLeftGoesWithTheNext) {
  ASSERT_EQ(Make().status, 0);
  const std::string left = tool_.rootfs() + "/.ubuntu.rootfs-AbCdEf";
  fs::create_directories(left + "/old/of5");
  ASSERT_EQ(chown((left + "/old/of5").c_str(), kFirst + 4, kFirst + 4), 0);
  for (const char* folder : {"", "/old"}) {
    ASSERT_EQ(chown((left + folder).c_str(), PlainUser(), PlainUser()), 0);
  }
  EXPECT_EQ(Make({"--force"}).status, 0);
  EXPECT_EQ(Names(), std::set<std::string>{"ubuntu"});
}

TEST_F(RootfsOnAnyKernel, WaitsForAnotherRun) {
  ASSERT_EQ(Make().status, 0);
  const sys::Fd folder(open(tool_.rootfs().c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(flock(folder.get(), LOCK_EX), 0);
  Running second({tool_.path(), "--force", "--from", tool_.tarball()},
                 {.uid = PlainUser(), .environment = tool_.Environment()});
  EXPECT_TRUE(second.AwaitOutput("another slipway-rootfs is at work in " + tool_.rootfs()));
  ASSERT_EQ(flock(folder.get(), LOCK_UN), 0);
  const RunResult result = second.Await();
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(RootfsOnAnyKernel, WithoutSubordinateIdsTheLineThatGivesThemIsTold) {
  std::ofstream("/etc/subuid") << "somebody:200000:65536\n";
  std::ofstream("/etc/subgid").close();
  ExpectFailure(Make(), User() +
                            " has no subordinate ids in /etc/subuid /etc/subgid; as root, run: "
                            "echo " +
                            User() + ":265536:65536 | tee -a /etc/subuid /etc/subgid");
  system_.GiveIds(PlainUser());
  std::ofstream("/etc/subgid").close();
  ExpectFailure(Make(), User() + " has no subordinate ids in /etc/subgid; as root, run: echo " +
                            User() + ":301000:65536 | tee -a /etc/subgid");
  EXPECT_EQ(Names(), std::set<std::string>());
}

TEST_F(RootfsOnAnyKernel, SeveralLinesOfSubordinateIdsFollowEachOther) {
  std::ofstream("/etc/subuid") << User() << ":300000:3\nother:1:2\n" << User() << ":400000:1000\n";
  const std::string file = test_.Write("root/etc/game", "");
  ASSERT_EQ(chown(file.c_str(), 4, 4), 0);
  tool_.Pack(Root());
  ASSERT_EQ(Make().status, 0);
  EXPECT_EQ(Of("/etc/game").st_uid, 400000u);
  EXPECT_EQ(Of("/etc/game").st_gid, kFirst + 3);
}

TEST_F(RootfsOnAnyKernel, AMissingHelperIsNamed) {
  fs::remove("/usr/bin/newgidmap");
  ExpectFailure(Make(),
                "there is no newgidmap; as root, run: apt-get update && apt-get install "
                "--no-install-recommends -y uidmap");
}

class ForbiddenRootfs : public RootfsOnAnyKernel {
 protected:
  RunResult RunForbidden() const {
    return RunWithout(SYS_unshare, EPERM,
                      {"/usr/bin/setpriv", "--reuid", User(), "--clear-groups", "/usr/bin/env",
                       "XDG_DATA_HOME=" + tool_.data(), tool_.path(), "--from", tool_.tarball()});
  }
  static constexpr char kNone[] = "a plain user needs a user namespace, and none can be made: ";
};

TEST_F(ForbiddenRootfs, ByAFilterIsTold) {
  ExpectFailure(RunForbidden(), std::string(kNone) +
                                    "Operation not permitted (a seccomp filter such as docker's, a "
                                    "security module or a chroot may refuse it: run it outside)");
}

TEST_F(ForbiddenRootfs, ByASettingIsToldWithItsCure) {
  const std::string none = test_.Write("none", "0\n");
  const char* setting = "/proc/sys/user/max_user_namespaces";
  ASSERT_EQ(mount(none.c_str(), setting, nullptr, MS_BIND, nullptr), 0);
  const RunResult result = RunForbidden();
  ASSERT_EQ(umount2(setting, MNT_DETACH), 0);
  ExpectFailure(result, std::string(kNone) + setting +
                            " is 0; as root, run: sysctl -w user.max_user_namespaces=10000");
}

}  // namespace
}  // namespace slipway::testing
