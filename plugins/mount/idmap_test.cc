// Idmapped mounts, on an ext4 of the test's own: not every filesystem, and kernel, can have them.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunOptions;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

namespace fs = std::filesystem;

constexpr uid_t kFirst = 700000;  // outside, of the container's root
constexpr char kUser[] = "  - user: {uids: [\"0:700000:1000\"], gids: [\"0:700000:1000\"]}\n";

std::string Stages(const std::string& mount) {
  return "  - pid\n  - mount: {root: root, " + mount + "}\n  - proc\n";
}

class Idmap : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access("/dev/loop-control", F_OK) != 0) GTEST_SKIP() << "this kernel has no loop devices";
    const ContainerTest enters_its_own_mounts;
    ASSERT_TRUE(fs::create_directory(folder_));
    const std::string image = folder_ + ".ext4";
    ASSERT_EQ(RunProgram({"/bin/sh", "-c",
                          "PATH=$PATH:/sbin:/usr/sbin && mkfs.ext4 -q " + image +
                              " 32M && mount -o loop " + image + " " + folder_})
                  .status,
              0);
    before_ = getenv("TEST_TMPDIR") ? getenv("TEST_TMPDIR") : "/tmp";
    setenv("TEST_TMPDIR", folder_.c_str(), 1);
    test_ = std::make_unique<ContainerTest>();
    chmod(folder_.c_str(), 0755);
    chmod(test_->folder().c_str(), 0755);
    test_->MakeRoot();
    test_->Write("src/file", "theirs\n");
    EXPECT_EQ(chown(test_->Path("src/file").c_str(), 5, 6), 0);
  }

  void TearDown() override {
    test_.reset();
    if (!before_.empty()) setenv("TEST_TMPDIR", before_.c_str(), 1);
    umount2(folder_.c_str(), MNT_DETACH);
    std::error_code error;
    fs::remove(folder_, error);
    fs::remove(folder_ + ".ext4", error);
  }

  RunResult Run(const std::string& stages, const std::string& script) const {
    return test_->RunScript(stages, script);
  }

  void ExpectRefused(const std::string& stages, const std::string& line) const {
    const RunResult result = Run(stages, "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
  }

  // "user:group" on the disk.
  std::string OwnerOf(const std::string& name) const {
    struct stat facts {};
    if (lstat(test_->Path(name).c_str(), &facts) != 0) return "none";
    return std::to_string(facts.st_uid) + ":" + std::to_string(facts.st_gid);
  }

  std::unique_ptr<ContainerTest> test_;

 private:
  const std::string folder_ = "/var/tmp/slipway-idmap-" + std::to_string(getpid());
  std::string before_;
};

TEST_F(Idmap, WithoutItTheFilesAreNobodys) {
  const RunResult result = Run(kUser + Stages("binds: [src:/tmp]"),
                               "stat -c %u:%g /tmp/file; touch /tmp/new || echo no");
  EXPECT_EQ(result.out, "65534:65534\nno\n") << result.err;
}

TEST_F(Idmap, TheFilesOfABindAreTheContainers) {
  const RunResult result =
      Run(kUser + Stages("binds: [src:/tmp:idmap]"),
          "stat -c %u:%g /tmp/file; touch /tmp/new /tmp/other; chown 7:8 /tmp/other; ls -ln /tmp | "
          "awk 'NR > 1 {print $9, $3, $4}'");
  EXPECT_EQ(result.out, "5:6\nfile 5 6\nnew 0 0\nother 7 8\n") << result.err;
  EXPECT_EQ(OwnerOf("src/file"), "5:6");
  EXPECT_EQ(OwnerOf("src/new"), "0:0");
  EXPECT_EQ(OwnerOf("src/other"), "7:8");
}

TEST_F(Idmap, WhatIsBoundWithoutItKeepsItsOwners) {
  fs::create_directory(test_->Path("other"));
  EXPECT_EQ(chown(test_->Path("other").c_str(), kFirst, kFirst), 0);
  const RunResult result = Run(kUser + Stages("binds: [src:/tmp:idmap, other:/etc]"),
                               "touch /etc/new; stat -c %u:%g /tmp /etc/new");
  EXPECT_EQ(result.out, "0:0\n0:0\n") << result.err;
  EXPECT_EQ(OwnerOf("other/new"), "700000:700000");
}

TEST_F(Idmap, TheFilesOfTheRootAreTheContainers) {
  const RunResult result =
      Run(kUser + Stages("idmap: true"), "touch /etc/new; stat -c %u:%g / /bin/busybox /etc/new");
  EXPECT_EQ(result.out, "0:0\n0:0\n0:0\n") << result.err;
  EXPECT_EQ(OwnerOf("root/etc/new"), "0:0");
}

// Nobody else than root of the machine comes to the files on the disk.
TEST_F(Idmap, AFolderThatOnlyRootEntersWillDo) {
  EXPECT_EQ(chmod(test_->folder().c_str(), 0700), 0);
  ASSERT_EQ(Run(kUser + Stages("binds: [src:/tmp]"), "true").status, 125) << "without it";
  for (const char* more : {"", ", overlay: true", ", readonly: true"}) {
    const RunResult result =
        Run(kUser + Stages("idmap: true, binds: [\"src:/tmp:ro,idmap\"]" + std::string(more)),
            "stat -c %u:%g /etc /tmp/file; touch /tmp/new 2>&1; grep -c ' / [a-z0-9]* ro' "
            "/proc/mounts");
    EXPECT_EQ(result.out, std::string("0:0\n5:6\ntouch: /tmp/new: Read-only file system\n") +
                              (std::string(more) == ", readonly: true" ? "1\n" : "0\n"))
        << result.err;
  }
}

// What is mounted in the container, on what was taken in the host, stays there.
TEST_F(Idmap, MountsDoNotReachTheHost) {
  fs::create_directory(test_->Path("src/below"));
  const RunResult result = Run(kUser + Stages("idmap: true, binds: [src:/tmp:idmap]"),
                               "mount -t tmpfs none /tmp/below && mount -t tmpfs none /etc && "
                               "touch /tmp/below/x && echo mounted");
  EXPECT_EQ(result.out, "mounted\n") << result.err;  // and the census has found nothing
  EXPECT_TRUE(fs::is_empty(test_->Path("src/below")));
}

TEST_F(Idmap, LayersBelowAThrowAwayLayerAreTheContainers) {
  test_->Write("root/etc/mine", "x\n");
  const RunResult result = Run(kUser + Stages("idmap: true, overlay: true"),
                               "echo y >>/etc/mine && rm /etc/mine && touch /etc/mine && chown 3:4 "
                               "/etc/mine && stat -c %u:%g /etc /etc/mine");
  EXPECT_EQ(result.out, "0:0\n3:4\n") << result.err;
  EXPECT_EQ(slipway::testing::ReadText(test_->Path("root/etc/mine")), "x\n");
}

// Overlayfs notes there that the folder hides all that lies below it.
TEST_F(Idmap, AFolderCanTakeTheNameOfWhatWasRemoved) {
  ASSERT_EQ(mount("none", "/mnt", "tmpfs", 0, nullptr), 0);
  const bool noted = setxattr("/mnt", "user.overlay.opaque", "y", 1, 0) == 0;
  umount2("/mnt", MNT_DETACH);
  if (!noted) GTEST_SKIP() << "a tmpfs has no such attributes before Linux 6.6";
  test_->Write("root/etc/mine", "x\n");
  const RunResult result = Run(kUser + Stages("idmap: true, overlay: true"),
                               "rm /etc/mine && mkdir /etc/mine && chown 3:4 /etc/mine && "
                               "stat -c %u:%g /etc/mine");
  EXPECT_EQ(result.out, "3:4\n") << result.err;
}

TEST_F(Idmap, WhatAnUpperFolderKeepsHasTheOwnersOfTheContainer) {
  const RunResult result = Run(kUser + Stages("idmap: true, upper: upper"),
                               "touch /etc/new && chown 3:4 /etc/new && stat -c %u:%g /etc/new");
  EXPECT_EQ(result.out, "3:4\n") << result.err;
  EXPECT_EQ(OwnerOf("upper/etc/new"), "3:4");
}

TEST_F(Idmap, AContainerWithoutUsersOfItsOwnIsRefused) {
  ExpectRefused(
      Stages("idmap: true"),
      "test.yaml:4:32: mount: idmap: cannot map the owners of the files at \"" +
          test_->Path("root") +
          "\" (the container has no users of its own: add the stage user, say idmap_users, "
          "or leave idmap out)");
}

TEST_F(Idmap, AMapByHandServesAContainerWithoutUsersOfItsOwn) {
  const RunResult result =
      Run(Stages("binds: [src:/tmp:idmap], idmap_users: [\"5:1005\", {files: 0, container: 2000, "
                 "count: 3}], idmap_groups: [\"6:0\"]"),
          "stat -c %u:%g /tmp /tmp/file; chown 2001:0 /tmp/file; stat -c %u:%g /tmp/file; chown 7 "
          "/tmp/file 2>&1");
  EXPECT_EQ(result.out,
            "2000:65534\n1005:0\n2001:0\nchown: /tmp/file: Value too large for defined data type\n")
      << result.err;
  EXPECT_EQ(OwnerOf("src/file"), "1:6");
}

TEST_F(Idmap, AMapByHandOfTheRootHoldsForGroupsToo) {
  const RunResult result = Run(Stages("idmap: true, idmap_users: [\"0:3000:9\"]"),
                               "stat -c %u:%g /bin; chown 3001:3002 /bin && stat -c %u:%g /bin");
  EXPECT_EQ(result.out, "3000:3000\n3001:3002\n") << result.err;
  EXPECT_EQ(OwnerOf("root/bin"), "1:2");
}

TEST_F(Idmap, AMapByHandThatFitsNothingIsRefused) {
  ExpectRefused(Stages("idmap_users: [\"0:3000\"]"),
                "mount: idmap_users: nothing is mapped so (set idmap: true, here or of a bind)");
  ExpectRefused(Stages("idmap: true, idmap_groups: [\"0:3000\"]"),
                "mount: idmap_groups: a map of groups alone (say idmap_users too)");
  ExpectRefused(Stages("idmap: true, idmap_users: [\"0:1:2\", \"1:9\"]"),
                "mount: idmap_users: cannot map the ids of idmap_users and idmap_groups: Invalid "
                "argument (no id may be in two lines of one of them)");
  ExpectRefused(kUser + Stages("idmap: true, idmap_users: [\"0:0\"]"),
                "(the container has users of its own, to which idmap_users does not fit: leave it "
                "out)");
}

TEST_F(Idmap, AFilesystemThatCannotIsNotHere) {
  ExpectRefused(
      kUser + Stages("binds: [/proc:/tmp:idmap]"),
      "mount: binds[0].idmap: cannot map the owners of the files at \"/proc\": Invalid "
      "argument (its filesystem, or that of a mount below it, cannot do so with this "
      "kernel; ext4, xfs, btrfs, and tmpfs since Linux 6.3 can; leave idmap out, and give "
      "the files to the container's ids by chown)");
}

TEST_F(Idmap, WhoIsNotRootOfTheMachineMayNot) {
  test_->WriteStages(Stages("idmap: true"));
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  for (const std::string& word : test_->Argv(test_->Path("test.yaml"), {"/bin/true"})) {
    argv.push_back(word);
  }
  const RunResult result = RunProgram(argv);
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("mount: idmap: cannot map the owners of files (only root of the machine "
                      "may; leave idmap out"),
      std::string::npos)
      << result.err;
}

TEST_F(Idmap, SaysWhatItWouldDo) {
  const RunResult plan = test_->Plan(Stages("idmap: true, binds: [src:/tmp:idmap]"));
  EXPECT_NE(plan.out.find("/root, its files the container's own; entered by pivot_root\n"),
            std::string::npos)
      << plan.out << plan.err;
  EXPECT_NE(plan.out.find("/src of the host, its files the container's own\n"), std::string::npos)
      << plan.out;
}

}  // namespace
