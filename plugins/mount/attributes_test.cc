// What holds for single mounts: nosuid, nodev, noexec, propagation, and binds that may be missing.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "plugins/mount/mount_test.h"
#include "runtime/sdk/testing/container.h"

namespace {

namespace fs = std::filesystem;
using mount_stage::Mount;
using slipway::testing::ContainerTest;
using slipway::testing::Running;
using slipway::testing::RunResult;

// The options with which `place` is mounted in the container.
std::string AttributesOf(ContainerTest& test, const std::string& options,
                         const std::string& place) {
  const RunResult result =
      test.RunScript(Mount(options), "grep ' " + place + " ' /proc/mounts | cut -d' ' -f4");
  return result.out + result.err;
}

TEST(MountAttributes, OfTheRoot) {
  ContainerTest test;
  EXPECT_EQ(AttributesOf(test, ", nosuid: true, nodev: true", "/").find("rw,nosuid,nodev,rel"), 0U);
  EXPECT_EQ(AttributesOf(test, ", overlay: true, nosuid: true, nodev: true", "/")
                .find("rw,nosuid,nodev,rel"),
            0U);
}

TEST(MountAttributes, NoexecOfTheRootLeavesNothingToRun) {
  const RunResult result = ContainerTest().RunScript(Mount(", noexec: true"), "true");
  EXPECT_EQ(result.status, 126);
}

TEST(MountAttributes, OfABind) {
  for (const char* bind :
       {"{source: data, target: /tmp, readonly: true, nosuid: true, nodev: true, noexec: true}",
        "'data:/tmp:ro,nosuid,nodev,noexec'"}) {
    ContainerTest test;
    fs::create_directory(test.Path("data"));
    EXPECT_EQ(AttributesOf(test, std::string(", binds: [") + bind + "]", "/tmp")
                  .find("ro,nosuid,nodev,noexec"),
              0U)
        << bind;
  }
}

TEST(MountAttributes, OfATmpfs) {
  ContainerTest test;
  EXPECT_EQ(AttributesOf(test, ", tmpfs: ['/tmp:noexec,size=1MiB']", "/tmp")
                .find("rw,nosuid,nodev,noexec,relatime,size=1024k"),
            0U);
  EXPECT_EQ(AttributesOf(test, ", tmpfs: [{target: /tmp, nosuid: false, nodev: false}]", "/tmp")
                .find("rw,rel"),
            0U);
}

TEST(MountTmpfs, InodesAreALimit) {
  const RunResult result = ContainerTest().RunScript(
      Mount(", tmpfs: ['/tmp:inodes=5']"),
      "for i in 1 2 3 4 5 6 7; do mkdir /tmp/$i; done 2>/dev/null; ls /tmp");
  EXPECT_EQ(result.out, "1\n2\n3\n4\n5\n") << result.err;
}

TEST(MountOptional, BindWithoutItsSourceIsLeftOut) {
  ContainerTest test;
  test.MakeRoot();
  fs::create_symlink("/nowhere", test.Path("dangling"));
  const std::string config = test.WriteStages(
      "  - mount: {root: root, binds: ['nope:/nope:optional', 'dangling:/tmp:ro,optional']}\n");
  const RunResult quiet = test.RunContainer(config, {"/bin/true"});
  EXPECT_EQ(quiet.status, 0);
  EXPECT_EQ(quiet.err, "");
  const RunResult result = test.RunContainer(config, {"/bin/true"}, {}, {"-v"});
  EXPECT_NE(result.err.find("mount: leaves out the optional bind at /nope: its source does not "
                            "exist\n"),
            std::string::npos)
      << result.err;
}

TEST(MountOptional, BindWithItsSourceIsThere) {
  ContainerTest test;
  test.Write("data/file", "shared");
  EXPECT_EQ(test.RunScript(Mount(", binds: ['data:/tmp:optional']"), "cat /tmp/file").out,
            "shared");
}

// The host mounts something below the source of a bind while the container runs. Returns what the
// container then sees there.
std::string SeenLater(const std::string& propagation) {
  ContainerTest test;
  test.MakeRoot();
  fs::create_directories(test.Path("data/sub"));
  for (const char* name : {"root/go", "root/end"}) mkfifo(test.Path(name).c_str(), 0600);
  const std::string config = test.WriteStages(
      "  - pid\n  - mount: {root: root, binds: [{source: data, target: /tmp, propagation: " +
      propagation + "}]}\n");
  Running container(test.Argv(
      config,
      {"/bin/sh", "-c", "echo runs; read line < /go; ls /tmp/sub; echo seen; read line < /end"}));
  EXPECT_TRUE(container.AwaitOutput("runs\n"));
  const std::string sub = test.Path("data/sub");
  EXPECT_EQ(mount("late", sub.c_str(), "tmpfs", 0, nullptr), 0);
  std::ofstream(sub + "/file") << "late";
  std::ofstream(test.Path("root/go")) << "go\n";
  EXPECT_TRUE(container.AwaitOutput("seen\n"));
  EXPECT_EQ(umount2(sub.c_str(), 0), 0);
  std::ofstream(test.Path("root/end")) << "end\n";
  const RunResult result = container.Await();
  test.ExpectNothingLeft();
  return result.out + result.err;
}

TEST(MountPropagation, MountsOfTheHostArriveOnlyIfAskedFor) {
  EXPECT_EQ(SeenLater("private"), "runs\nseen\n");
  EXPECT_EQ(SeenLater("rslave"), "runs\nfile\nseen\n");
}

TEST(MountPropagation, MountsOfTheContainerGoOutOnlyIfAskedFor) {
  for (const char* propagation : {"private", "rslave", "rshared"}) {
    ContainerTest test;
    test.MakeRoot();
    fs::create_directories(test.Path("data/sub"));
    const std::string config = test.WriteStages(
        std::string("  - mount: {root: root, binds: [{source: data, target: /tmp, propagation: ") +
        propagation + "}]}\n");
    const RunResult result = slipway::testing::RunProgram(test.Argv(
        config, {"/bin/sh", "-c", "mount -t tmpfs out /tmp/sub && echo > /tmp/sub/file"}));
    EXPECT_EQ(result.status, 0) << result.err;
    const bool out = fs::exists(test.Path("data/sub/file"));
    EXPECT_EQ(out, propagation == std::string("rshared"));
    if (out) umount2(test.Path("data/sub").c_str(), 0);
    test.ExpectNothingLeft();
  }
}

TEST(MountPropagation, FromAPrivateMountIsRefused) {
  ContainerTest test;
  test.MakeRoot();
  const std::string data = test.Path("data");
  fs::create_directory(data);
  ASSERT_EQ(mount("data", data.c_str(), "tmpfs", 0, nullptr), 0);
  ASSERT_EQ(mount(nullptr, data.c_str(), nullptr, MS_PRIVATE, nullptr), 0);
  const RunResult result = slipway::testing::RunProgram(test.Argv(
      test.WriteStages(
          "  - mount: {root: root, binds: [{source: data, target: /tmp, propagation: rslave}]}\n"),
      {"/bin/true"}));
  umount2(data.c_str(), MNT_DETACH);
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("mount: binds[0].propagation: the mount that this lies on takes no part "
                      "in propagation \"" +
                      data +
                      "\" (share it on the host first, as with mount --make-shared, "
                      "or leave propagation out)"),
      std::string::npos)
      << result.err;
}

}  // namespace
