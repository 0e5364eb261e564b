// A root in an image file.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "plugins/mount/mount_test.h"
#include "runtime/sdk/testing/container.h"

namespace {

namespace fs = std::filesystem;
using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::Running;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

// Is a loop device bound to this file?
bool IsBound(const std::string& file) {
  for (const auto& device : fs::directory_iterator("/sys/block")) {
    std::string backing = ReadText(device.path() / "loop/backing_file");
    while (backing.ends_with('\n')) backing.pop_back();
    if (backing == file) return true;
  }
  return false;
}

// Makes an image of a small root: TYPE is a name that runs mksquashfs(1), mkfs.erofs(1) or
// mke2fs(8).
class MountImage : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string root = test_.MakeRoot();
    test_.Write("root/marker", "here\n");
    const std::string type = GetParam();
    std::vector<std::string> tool = {
        "/usr/sbin/mke2fs", "-q", "-t", "ext4", "-d", root, image_, "16M"};
    if (type == "squashfs") tool = {"/usr/bin/mksquashfs", root, image_, "-quiet", "-no-progress"};
    if (type == "erofs") tool = {"/usr/bin/mkfs.erofs", image_, root};
    if (access(tool[0].c_str(), X_OK) != 0) GTEST_SKIP() << "there is no " << tool[0] << " here";
    ASSERT_EQ(RunProgram(tool).status, 0);
    const std::string config = test_.WriteStages("  - mount: {root: image}\n");
    const RunResult probe =
        RunProgram({slipway::testing::Runfile("runtime/runtime"), "check", "--probe", config});
    if (probe.err.find("this kernel has no") != std::string::npos ||
        probe.err.find("use a loop device") != std::string::npos) {
      GTEST_SKIP() << probe.err;
    }
  }

  RunResult Run(const std::string& options, const std::string& script) {
    RunResult result =
        test_.RunScript("  - pid\n  - mount: {root: image" + options + "}\n  - proc\n", script);
    EXPECT_FALSE(IsBound(image_)) << "a loop device is left";
    return result;
  }

  ContainerTest test_;
  const std::string image_ = test_.Path("image");
};

TEST_P(MountImage, IsTheRootReadonly) {
  const RunResult result = Run("", "cat /marker; touch /new; : > /dev/null");
  EXPECT_EQ(result.out, "here\n");
  EXPECT_EQ(result.err,
            "touch: /new: Read-only file system\n"
            "/bin/sh: can't create /dev/null: Permission denied\n");
}

TEST_P(MountImage, MayLieBelowAnOverlay) {
  const RunResult result = Run(", overlay: true", "echo new > /marker && cat /marker");
  EXPECT_EQ(result.out, "new\n") << result.err;
}

TEST_P(MountImage, TakesNosuidAndNoexec) {
  const RunResult result = Run(", nosuid: true", "cut -d' ' -f2,4 /proc/mounts | head -1");
  EXPECT_EQ(result.out.find("/ ro,nosuid,nodev"), 0U) << result.out << result.err;
}

TEST_P(MountImage, GoesWithAKilledRuntime) {
  const std::string config = test_.WriteStages("  - pid\n  - mount: {root: image}\n");
  {
    Running container(test_.Argv(config, {"/bin/sh", "-c", "echo runs; exec tail -f /marker"}));
    ASSERT_TRUE(container.AwaitOutput("runs\n"));
    EXPECT_TRUE(IsBound(image_));
    container.Signal(SIGKILL);
    (void)container.Await();
  }
  while (IsBound(image_)) sched_yield();
  RunProgram({slipway::testing::Runfile("runtime/runtime"), "gc"});
  test_.ExpectNothingLeft();
}

TEST_P(MountImage, ThatIsCutOffDoesNotHarmTheRuntime) {
  fs::resize_file(image_, fs::file_size(image_) / 3);
  const RunResult result = Run("", "cat /bin/busybox > /marker");
  EXPECT_NE(result.status, 0);
  EXPECT_LT(result.status, 128);
}

INSTANTIATE_TEST_SUITE_P(Type, MountImage, ::testing::Values("squashfs", "erofs", "ext4"));

TEST(MountBadImage, IsRefusedByName) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("empty", "");
  test.Write("text", std::string(5000, 'x'));
  ASSERT_EQ(mkfifo(test.Path("fifo").c_str(), 0600), 0);
  for (const char* name : {"empty", "text"}) {
    const RunResult result = test.RunContainer(
        test.WriteStages(std::string("  - mount: {root: ") + name + "}\n"), {"/bin/true"});
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                              ":3:19: mount: root: no filesystem image that is known here \"" +
                              test.Path(name) +
                              "\" (an image is a squashfs, erofs or ext4; unpack an archive into a "
                              "folder first)\n");
  }
  const RunResult result =
      test.RunContainer(test.WriteStages("  - mount: {root: fifo}\n"), {"/bin/true"});
  EXPECT_NE(result.err.find("must name a folder of the host, or an image file"), std::string::npos)
      << result.err;
}

// Its superblock asks the kernel to panic when it is damaged.
TEST(MountBadImage, DoesNotChooseWhatADamageLeadsTo) {
  ContainerTest test;
  const std::string root = test.MakeRoot();
  const std::string image = test.Path("image");
  ASSERT_EQ(
      RunProgram({"/usr/sbin/mke2fs", "-q", "-t", "ext4", "-e", "panic", "-d", root, image, "16M"})
          .status,
      0);
  const RunResult result =
      test.RunScript("  - pid\n  - mount: {root: image}\n  - proc\n", "cat /proc/mounts");
  if (result.err.find("loop device") != std::string::npos) GTEST_SKIP() << result.err;
  EXPECT_NE(result.out.find(" / ext4 "), std::string::npos) << result.out << result.err;
  EXPECT_EQ(result.out.find("errors=panic"), std::string::npos) << result.out;
}

}  // namespace
