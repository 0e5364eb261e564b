// The layers of the root, what is written over them, and its limits.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "plugins/mount/mount_test.h"
#include "runtime/sdk/testing/container.h"

namespace {

namespace fs = std::filesystem;
using mount_stage::Mount;
using mount_stage::RunInUserNamespace;
using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::Running;
using slipway::testing::RunResult;

// An overlay needs an upper folder on another filesystem than an overlay: a tmpfs, which the test
// mounts at `name`.
class Disk {
 public:
  Disk(const ContainerTest& test, const std::string& name) : path_(test.Path(name)) {
    fs::create_directories(path_);
    EXPECT_EQ(mount("disk", path_.c_str(), "tmpfs", 0, nullptr), 0);
  }
  ~Disk() { umount2(path_.c_str(), MNT_DETACH); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

 private:
  std::string path_;
};

std::string Refusal(ContainerTest& test, const std::string& options) {
  test.MakeRoot();
  const RunResult result = test.RunContainer(
      test.WriteStages("  - mount: {root: root" + options + "}\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  return result.err;
}

TEST(MountOverlay, SizeIsALimit) {
  const RunResult result = ContainerTest().RunScript(
      Mount(", overlay: true, size: 64KiB"), "dd if=/dev/zero of=/big bs=1k count=128 2>&1");
  EXPECT_NE(result.out.find("No space left"), std::string::npos) << result.out;
}

TEST(MountOverlay, InodesAreALimit) {
  const RunResult result = ContainerTest().RunScript(
      Mount(", overlay: true, inodes: 20"),
      "for i in $(seq 30); do mkdir /new$i; done 2>/dev/null; ls -d /new* "
      "| wc -l");
  // How many the overlay needs for itself depends on the kernel.
  const int made = std::atoi(result.out.c_str());
  EXPECT_GE(made, 18) << result.out << result.err;
  EXPECT_LE(made, 22) << result.out << result.err;
}

TEST(MountOverlay, LimitsWithoutAThrowAwayLayerAreRefused) {
  ContainerTest test;
  EXPECT_NE(
      Refusal(test, ", size: 1MiB")
          .find("size: there is no throw-away layer to limit (set overlay: true, or leave it out)"),
      std::string::npos);
  EXPECT_NE(Refusal(test, ", overlay: true, upper: kept, inodes: 5")
                .find("inodes: there is no throw-away layer to limit (what is written goes to the "
                      "upper folder: leave out this, or upper)"),
            std::string::npos);
}

TEST(MountOverlay, LaterLayersWin) {
  ContainerTest test;
  test.Write("one/both", "one\n");
  test.Write("one/first", "one\n");
  test.Write("two/both", "two\n");
  const RunResult result = test.RunScript(Mount(", overlay: true, layers: [one, two]"),
                                          "cat /both /first; echo x > /both");
  EXPECT_EQ(result.out, "two\none\n") << result.err;
  EXPECT_EQ(ReadText(test.Path("two/both")), "two\n");
}

TEST(MountOverlay, LayersMayBeReadonlyWithoutAnyUpperOne) {
  ContainerTest test;
  test.Write("one/file", "one\n");
  const RunResult result =
      test.RunScript(Mount(", readonly: true, layers: [one]"), "cat /file; touch /new");
  EXPECT_EQ(result.out, "one\n");
  EXPECT_EQ(result.err, "touch: /new: Read-only file system\n");
}

TEST(MountOverlay, LayersThatNothingIsWrittenOverAreRefused) {
  ContainerTest test;
  fs::create_directory(test.Path("one"));
  EXPECT_NE(Refusal(test, ", layers: [one]")
                .find("layers: nothing takes what is written over these layers (set overlay: true, "
                      "name an upper folder, or say readonly: true)"),
            std::string::npos);
}

TEST(MountOverlay, NamesOfLayersMayHoldAnything) {
  ContainerTest test;
  test.Write("a,b:c\\d/file", "one\n");
  const Disk disk(test, "disk");
  ContainerTest fresh;  // its census begins with the disk
  const RunResult result = fresh.RunScript(Mount(", layers: ['" + test.Path("a,b:c\\d") +
                                                 "'], upper: '" + test.Path("disk/u,p:p\\e") + "'"),
                                           "cat /file; echo kept > /new");
  EXPECT_EQ(result.out, "one\n") << result.err;
  EXPECT_EQ(ReadText(test.Path("disk/u,p:p\\e/new")), "kept\n");
}

TEST(MountOverlay, RenamesAFolderOfTheRoot) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/file", "text\n");
  // rename(2) across filesystems, which mv -T of busybox would copy around, changes the inode.
  const RunResult result =
      test.RunScript(Mount(", overlay: true"),
                     "before=$(stat -c %i /etc); mv -T /etc /renamed; "
                     "[ $(stat -c %i /renamed) = $before ] && cat /renamed/file");
  EXPECT_EQ(result.out, "text\n") << result.err;
}

// Is the kernel this version or a newer one?
bool IsLinux(int major, int minor) {
  utsname name{};
  int has_major = 0;
  int has_minor = 0;
  if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &has_major, &has_minor) != 2) return false;
  return has_major > major || (has_major == major && has_minor >= minor);
}

// The mounts below are locked to it there: mount_namespaces(7).
TEST(MountOverlay, SaysWhatALayerCannotBeInAUserNamespace) {
  ContainerTest test;
  const RunResult result =
      RunInUserNamespace(test, "  - pid\n  - mount: {root: /, overlay: true}\n  - proc\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("test.yaml:4:19: mount: root: cannot take the mount of \"/\": Invalid "
                            "argument (in a user namespace, a folder with mounts of the host below "
                            "it cannot be a layer)"),
            std::string::npos)
      << result.err;
}

TEST(MountOverlay, ReplacesAFolderInAUserNamespace) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/file", "text\n");
  const RunResult result =
      RunInUserNamespace(test, "  - pid\n  - mount: {root: root, overlay: true}\n",
                         "rm -r /etc && mkdir /etc && ls /etc; echo done");
  if (!IsLinux(6, 6)) GTEST_SKIP() << "tmpfs has no user attributes before Linux 6.6";
  EXPECT_EQ(result.out, "done\n") << result.err;
}

TEST(MountOverlay, KeepsNosuidNodevNoexecOfTheRoot) {
  ContainerTest test;
  test.MakeRoot();
  const std::string root = test.Path("root");
  ASSERT_EQ(mount(root.c_str(), root.c_str(), nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(
      mount(nullptr, root.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV, nullptr),
      0);
  ContainerTest fresh;
  const RunResult result = fresh.RunContainer(
      fresh.WriteStages("  - pid\n  - mount: {root: '" + root + "', overlay: true}\n  - proc\n"),
      {"/bin/grep", " / overlay rw,nosuid,nodev,relatime", "/proc/mounts"});
  umount2(root.c_str(), MNT_DETACH);
  EXPECT_EQ(result.status, 0) << result.err;
}

class MountUpper : public ::testing::Test {
 protected:
  MountUpper() : disk_(outer_, "disk"), test_() {}

  std::string Upper(const std::string& name = "kept") const { return outer_.Path("disk/" + name); }
  std::string Options(const std::string& name = "kept") const {
    return ", upper: '" + Upper(name) + "'";
  }

  ContainerTest outer_;
  Disk disk_;
  ContainerTest test_;  // its census begins with the disk
};

TEST_F(MountUpper, KeepsWhatIsWritten) {
  chmod(test_.MakeRoot().c_str(), 0711);
  EXPECT_EQ(test_.RunScript(Mount(Options()), "echo one > /file; rm /bin/ls").status, 0);
  EXPECT_FALSE(fs::exists(test_.Path("root/file")));
  EXPECT_TRUE(fs::exists(test_.Path("root/bin/ls")));
  const RunResult result = test_.RunScript(Mount(Options() + ", overlay: true"),
                                           "cat /file; stat -c %a /; [ -e /bin/ls ] || echo gone");
  EXPECT_EQ(result.out, "one\n711\ngone\n") << result.err;
  EXPECT_TRUE(fs::exists(Upper("kept.work")));
}

TEST_F(MountUpper, IsForOneContainerAtATime) {
  test_.MakeRoot();
  ASSERT_EQ(mkfifo(test_.Path("root/end").c_str(), 0600), 0);
  const std::string config = test_.WriteStages("  - pid\n  - mount: {root: root" + Options() +
                                               ", binds: ['root/end:/end']}\n");
  Running first(test_.Argv(config, {"/bin/sh", "-c", "echo runs; read line < /end"}));
  ASSERT_TRUE(first.AwaitOutput("runs\n"));
  ContainerTest second;
  const RunResult result = slipway::testing::RunProgram(second.Argv(config, {"/bin/true"}));
  std::ofstream(test_.Path("root/end")) << "end\n";
  EXPECT_EQ(first.Await().status, 0);
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("Device or resource busy (another container uses this upper folder at "
                            "this moment)"),
            std::string::npos)
      << result.err;
}

TEST_F(MountUpper, OfAnotherRootIsRefused) {
  EXPECT_EQ(test_.RunScript(Mount(Options()), "touch /file").status, 0);
  fs::create_directory(test_.Path("empty"));
  const RunResult result = test_.RunContainer(
      test_.WriteStages("  - mount: {root: empty" + Options() + "}\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("(this upper folder holds changes to another root folder or other "
                            "layers: use those, or a new upper folder)"),
            std::string::npos)
      << result.err;
}

TEST_F(MountUpper, ThatCannotBeOneIsRefused) {
  test_.Write("file", "");
  fs::create_symlink("/nowhere", Upper("dangling"));
  const std::string place = "'" + outer_.Path("disk") + "'";
  const std::pair<std::string, std::string> cases[] = {
      {"root/inside", "upper: the upper folder lies in a layer of the root, or holds one"},
      {".", "upper: the upper folder lies in a layer of the root, or holds one"},
      {"file", "upper: cannot use as the upper folder"},
      {"nowhere/deep", "(the folder that is to hold it must exist on the host)"},
      {"/", "upper: the root of the host cannot be the upper folder"},
      {place, "upper: the upper folder is a mount point"},
      {"'" + Upper("dangling") + "'", "upper: cannot open"},
  };
  for (const auto& [upper, words] : cases) {
    const std::string err = Refusal(test_, ", upper: " + upper);
    EXPECT_NE(err.find(words), std::string::npos) << upper << ": " << err;
  }
}

TEST_F(MountUpper, WorkFolderThatLeadsElsewhereIsRefused) {
  fs::create_directory(outer_.Path("elsewhere"));
  fs::create_directory_symlink(outer_.Path("elsewhere"), Upper("kept.work"));
  const std::string err = Refusal(test_, Options());
  EXPECT_NE(err.find("upper: cannot open \"" + Upper("kept.work") + "\": Not a directory"),
            std::string::npos)
      << err;
  EXPECT_TRUE(fs::is_empty(outer_.Path("elsewhere")));
}

TEST_F(MountUpper, WorkFolderOfAnotherUserIsRefused) {
  fs::create_directory(Upper("kept.work"));
  ASSERT_EQ(chown(Upper("kept.work").c_str(), 1234, 1234), 0);
  EXPECT_NE(Refusal(test_, Options()).find("upper: the work folder belongs to another user"),
            std::string::npos);
}

TEST_F(MountUpper, OnAnOverlayIsRefused) {
  // A container's own root is the overlay; the runtime runs on the host, so the host gets one.
  const std::string at = outer_.Path("disk/at");
  for (const char* name : {"disk/at", "disk/l", "disk/u", "disk/w"})
    fs::create_directories(outer_.Path(name));
  const std::string data = "lowerdir=" + outer_.Path("disk/l") +
                           ",upperdir=" + outer_.Path("disk/u") +
                           ",workdir=" + outer_.Path("disk/w");
  ASSERT_EQ(mount("overlay", at.c_str(), "overlay", 0, data.c_str()), 0);
  ContainerTest test;
  const std::string err = Refusal(test, ", upper: '" + at + "/kept'");
  umount2(at.c_str(), MNT_DETACH);
  EXPECT_NE(err.find("not on an overlay; the kernel's log, dmesg, may say more"), std::string::npos)
      << err;
}

}  // namespace
