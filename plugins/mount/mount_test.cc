#include "plugins/mount/mount_test.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace {

namespace fs = std::filesystem;
using mount_stage::Mount;
using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunResult;

TEST(Mount, RootIsTheFolder) {
  ContainerTest test;
  test.Write("root/marker", "here");
  EXPECT_EQ(test.RunScript(Mount(), "cat /marker").out, "here");
}

TEST(Mount, PivotRootLeavesNoMountOfTheHost) {
  const RunResult result =
      ContainerTest().RunScript(Mount(), "cut -d' ' -f5 /proc/self/mountinfo | tr '\\n' ' '");
  EXPECT_EQ(result.out, "/ /proc ") << result.err;
}

// Where /tmp is missing, or is part of the root.
TEST(Mount, OverlayLeavesNoMountOfTheHost) {
  const RunResult result = ContainerTest().RunScript(
      Mount(", overlay: true"), "cut -d' ' -f5 /proc/self/mountinfo | tr '\\n' ' '; ls -d /..");
  EXPECT_EQ(result.out, "/ /proc /..\n") << result.err;
}

TEST(Mount, WritesReachTheFolder) {
  ContainerTest test;
  EXPECT_EQ(test.RunScript(Mount(), "echo written > /tmp/file").status, 0);
  EXPECT_EQ(ReadText(test.Path("root/tmp/file")), "written\n");
}

TEST(Mount, MountsInsideDoNotReachTheHost) {
  ContainerTest test;
  const RunResult result =
      test.RunScript(Mount(), "mount -t tmpfs none /tmp && touch /tmp/inside && ls /tmp");
  EXPECT_EQ(result.out, "inside\n") << result.err;
  EXPECT_FALSE(fs::exists(test.Path("root/tmp/inside")));
}

TEST(Mount, ChrootIsTheOtherMethod) {
  ContainerTest test;
  test.Write("root/marker", "here");
  EXPECT_EQ(test.RunScript(Mount(", method: chroot"), "cat /marker; ls -d /work").out, "here");
}

TEST(Mount, ReadonlyRefusesWrites) {
  const RunResult result =
      ContainerTest().RunScript(Mount(", readonly: true"), "touch /tmp/file; mkdir /new");
  EXPECT_EQ(result.err,
            "touch: /tmp/file: Read-only file system\n"
            "mkdir: can't create directory '/new': Read-only file system\n");
}

TEST(Mount, OverlayKeepsTheRootUntouched) {
  ContainerTest test;
  test.Write("root/kept", "old\n");
  const RunResult result = test.RunScript(Mount(", overlay: true"),
                                          "echo new > /kept; rm /bin/ls; touch /added; cat /kept");
  EXPECT_EQ(result.out, "new\n") << result.err;
  EXPECT_EQ(ReadText(test.Path("root/kept")), "old\n");
  EXPECT_TRUE(fs::exists(test.Path("root/bin/ls")));
  EXPECT_FALSE(fs::exists(test.Path("root/added")));
}

TEST(Mount, OverlayKeepsModeAndOwnerOfTheRoot) {
  ContainerTest test;
  chmod(test.MakeRoot().c_str(), 0711);
  EXPECT_EQ(test.RunScript(Mount(", overlay: true"), "stat -c %a /").out, "711\n");
}

TEST(Mount, OverlayTakesAPathWithSeparators) {
  ContainerTest test;
  fs::rename(test.MakeRoot(), test.Path("a:b,c"));
  const std::string config = test.WriteStages("  - mount: {root: 'a:b,c', overlay: true}\n");
  EXPECT_EQ(test.RunContainer(config, {"/bin/echo", "ok"}).out, "ok\n");
}

TEST(Mount, OverlayMayBeReadonlyToo) {
  const RunResult result =
      ContainerTest().RunScript(Mount(", overlay: true, readonly: true"), "touch /file");
  EXPECT_EQ(result.err, "touch: /file: Read-only file system\n");
}

TEST(MountBind, ShowsAFolderOfTheHost) {
  ContainerTest test;
  test.Write("data/file", "shared");
  const RunResult result =
      test.RunScript(Mount(", binds: [{source: data, target: /tmp}]"), "cat /tmp/file");
  EXPECT_EQ(result.out, "shared") << result.err;
}

TEST(MountBind, TakesATextForm) {
  ContainerTest test;
  test.Write("data/file", "shared");
  const RunResult result =
      test.RunScript(Mount(", binds: ['data:/tmp:ro']"), "cat /tmp/file; touch /tmp/new");
  EXPECT_EQ(result.out, "shared") << result.err;
  EXPECT_EQ(result.err, "touch: /tmp/new: Read-only file system\n");
}

TEST(MountBind, ShowsAFileOfTheHost) {
  ContainerTest test;
  test.Write("motd", "hello");
  test.Write("root/etc/motd", "");
  const RunResult result =
      test.RunScript(Mount(", binds: [{source: motd, target: /etc/motd}]"), "cat /etc/motd");
  EXPECT_EQ(result.out, "hello") << result.err;
}

TEST(MountBind, IsWritableUnlessReadonly) {
  ContainerTest test;
  fs::create_directory(test.Path("data"));
  EXPECT_EQ(
      test.RunScript(Mount(", binds: [{source: data, target: /tmp}]"), "touch /tmp/new").status, 0);
  EXPECT_TRUE(fs::exists(test.Path("data/new")));
  const RunResult result = test.RunScript(
      Mount(", binds: [{source: data, target: /tmp, readonly: true}]"), "touch /tmp/newer");
  EXPECT_EQ(result.err, "touch: /tmp/newer: Read-only file system\n");
}

TEST(MountBind, MissingTargetIsAnErrorWithoutOverlay) {
  ContainerTest test;
  fs::create_directory(test.Path("data"));
  const RunResult result =
      test.RunScript(Mount(", binds: [{source: data, target: /new/place}]"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":4:56: mount: binds[0].target: cannot open the container's "
                            "\"/new/place\": No such file or directory (a mount point must exist "
                            "in the container's root, and /new/place does not; make it there, or "
                            "set overlay: true)\n");
  EXPECT_FALSE(fs::exists(test.Path("root/new")));
}

TEST(MountBind, MissingTargetIsMadeInTheOverlay) {
  ContainerTest test;
  test.Write("data/file", "shared");
  const RunResult result =
      test.RunScript(Mount(", overlay: true, binds: [{source: data, target: /new/place}, "
                           "{source: data/file, target: /other/name}]"),
                     "cat /new/place/file /other/name");
  EXPECT_EQ(result.out, "sharedshared") << result.err;
  EXPECT_FALSE(fs::exists(test.Path("root/new")));
}

TEST(MountBind, MissingSourceIsReportedBeforeAnythingStarts) {
  ContainerTest test;
  const RunResult result =
      test.RunScript(Mount(", binds: [{source: /nope, target: /tmp}]"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":4:42: mount: binds[0].source: cannot find \"/nope\": No such file or "
                            "directory (the source of a bind must exist on the host, unless it is "
                            "optional)\n");
}

TEST(MountBind, FolderOnAFileIsRefused) {
  ContainerTest test;
  fs::create_directory(test.Path("data"));
  test.Write("root/etc/motd", "");
  const RunResult result =
      test.RunScript(Mount(", binds: [{source: data, target: /etc/motd}]"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("source and target must both be folders, or both be files"),
            std::string::npos)
      << result.err;
}

// What is made in a folder of the host would stay there.
TEST(MountBind, MissingTargetInAnotherBindIsNotMade) {
  for (const char* mode : {"", ":ro"}) {
    ContainerTest test;
    fs::create_directory(test.Path("data"));
    const RunResult result = test.RunScript(
        Mount(std::string(", overlay: true, binds: ['data:/tmp") + mode + "', 'data:/tmp/new']"),
        "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find(": mount: binds[1].target: no such file or folder in what is mounted "
                              "at /tmp \"/tmp/new\" (it is not made there, where it would stay "
                              "behind: make it yourself)"),
              std::string::npos)
        << result.err;
    EXPECT_TRUE(fs::is_empty(test.Path("data")));
  }
}

// Whatever their order: the outer mount comes first.
TEST(MountBind, MissingTargetInATmpfsIsMade) {
  ContainerTest test;
  test.Write("data/file", "shared");
  const RunResult result = test.RunScript(
      Mount(", binds: ['data:/tmp/new/place', 'data/file:/tmp/name'], tmpfs: [/tmp]"),
      "cat /tmp/new/place/file /tmp/name");
  EXPECT_EQ(result.out, "sharedshared") << result.err;
}

TEST(MountBind, TargetThatIsADanglingSymlinkLeadsToItsPlaceInTheRoot) {
  ContainerTest test;
  test.Write("data/file", "shared");
  fs::create_directory_symlink("/var/opt/place", test.MakeRoot() + "/opt");
  const RunResult result = test.RunScript(Mount(", overlay: true, binds: ['data:/opt/sub']"),
                                          "cat /var/opt/place/sub/file");
  EXPECT_EQ(result.out, "shared") << result.err;
  EXPECT_FALSE(fs::exists(test.Path("root/var")));
  EXPECT_FALSE(fs::exists("/var/opt/place"));
}

TEST(MountBind, ThatWouldHideAnotherMountIsRefused) {
  ContainerTest test;
  fs::create_directory(test.Path("data"));
  const std::string options = ", binds: ['data:/root', 'data:/tmp', 'data:/link/..']";
  fs::create_directory_symlink("/tmp/inner", test.MakeRoot() + "/link");
  fs::create_directories(test.Path("root/tmp/inner"));
  fs::create_directories(test.Path("data/inner"));
  const RunResult result = test.RunScript(Mount(options), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find(": mount: binds[2].target: a mount here would hide /tmp, which the "
                            "stage mount has mounted before \"/link/..\" (write the outer mount "
                            "first, or leave one of the two out)"),
            std::string::npos)
      << result.err;
}

TEST(MountBind, AtTheRootItselfIsRefused) {
  for (const char* target : {"/", "/..", "/link"}) {
    ContainerTest test;
    fs::create_directory(test.Path("data"));
    fs::create_directory_symlink("/", test.MakeRoot() + "/link");
    const RunResult result =
        test.RunScript(Mount(std::string(", binds: ['data:") + target + "']"), "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find("a mount at the container's root itself would hide all of it \"" +
                              std::string(target) + "\" (name a folder or file below /)"),
              std::string::npos)
        << result.err;
  }
}

// What the words alone say, is said without a root filesystem, too.
TEST(MountBind, AtTheRootIsAMistakeInTheConfig) {
  for (const char* target : {"/", "//", "/.", "/..", "/./../"}) {
    ContainerTest test;
    fs::create_directory(test.Path("data"));
    for (const std::string& mount :
         {std::string(", binds: [{source: data, target: "), std::string(", tmpfs: [{target: ")}) {
      const std::string config = test.WriteStages(Mount(mount + target + "}]"));
      const RunResult result = slipway::testing::RunProgram(
          {slipway::testing::Runfile("runtime/runtime"), "check", config});
      EXPECT_EQ(result.status, 1);
      EXPECT_NE(result.err.find("[0].target: a mount at the container's root itself would hide all "
                                "of it \"" +
                                std::string(target) + "\" (name a folder or file below /)"),
                std::string::npos)
          << result.err;
    }
  }
}

// A root filesystem that wants out: each symlink must end within it.
class MountEscape : public ::testing::TestWithParam<const char*> {};

TEST_P(MountEscape, TargetStaysInTheRoot) {
  ContainerTest test;
  test.Write("data/file", "shared");
  fs::create_directories(test.Path("outside"));
  fs::create_directories(test.MakeRoot() + test.Path("outside"));
  const std::string link = GetParam() == std::string("absolute")
                               ? test.Path("outside")
                               : "../../../../../../../../../../../../.." + test.Path("outside");
  fs::create_directory_symlink(link, test.Path("root/link"));
  const RunResult result = test.RunScript(Mount(", binds: [{source: data, target: /link}]"),
                                          "cat '" + test.Path("outside") + "/file'");
  EXPECT_EQ(result.out, "shared") << result.err;
  EXPECT_TRUE(fs::is_empty(test.Path("outside")));
}

INSTANTIATE_TEST_SUITE_P(Symlink, MountEscape, ::testing::Values("absolute", "dot_dot"));

TEST(MountTmpfs, IsAnEmptyFolderInMemory) {
  ContainerTest test;
  test.Write("root/tmp/hidden", "");
  const RunResult result =
      test.RunScript(Mount(", tmpfs: [{target: /tmp, size: 1MiB, mode: 750}]"),
                     "ls /tmp; stat -c %a /tmp; grep ' /tmp ' /proc/mounts | cut -d' ' -f3,4");
  // Then come options that some kernels add, such as inode64.
  EXPECT_EQ(result.out.find("750\ntmpfs rw,nosuid,nodev,relatime,size=1024k,mode=750"), 0U)
      << result.out << result.err;
}

TEST(MountTmpfs, SizeIsALimit) {
  const RunResult result =
      ContainerTest().RunScript(Mount(", tmpfs: [{target: /tmp, size: 64KiB}]"),
                                "dd if=/dev/zero of=/tmp/big bs=1k count=128 2>&1");
  EXPECT_NE(result.out.find("No space left"), std::string::npos) << result.out;
}

TEST(MountTmpfs, ModeIsOctalHoweverItIsWritten) {
  for (const char* mode : {"1750", "01750", "0o1750", "'1750'"}) {
    const RunResult result = ContainerTest().RunScript(
        Mount(std::string(", tmpfs: [{target: /tmp, mode: ") + mode + "}]"), "stat -c %a /tmp");
    EXPECT_EQ(result.out, "1750\n") << mode << result.err;
  }
}

TEST(MountTmpfs, ModeThatIsNoneIsToldAtItsOwnPlace) {
  for (const char* mode : {"999", "rwx", "0x1ff", "77777"}) {
    const RunResult result = ContainerTest().RunScript(
        Mount(std::string(", tmpfs: [{target: /tmp, mode: ") + mode + "}]"), "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find("test.yaml:4:54: mount: tmpfs[0].mode: "), std::string::npos)
        << result.err;
    EXPECT_NE(result.err.find("(write permissions in octal, such as 755 or 1777)"),
              std::string::npos)
        << result.err;
  }
}

TEST(MountTmpfs, TakesATextForm) {
  const RunResult result = ContainerTest().RunScript(
      Mount(", tmpfs: ['/tmp:size=1MiB,mode=750']"),
      "stat -c %a /tmp; grep -o ' /tmp tmpfs .*size=1024k' /proc/mounts | wc -l");
  EXPECT_EQ(result.out, "750\n1\n") << result.err;
}

TEST(MountBad, RootThatIsMissing) {
  ContainerTest test;
  const RunResult result =
      test.RunContainer(test.WriteStages("  - mount: {root: nowhere}\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":3:19: mount: root: cannot open \"" + test.Path("nowhere") +
                            "\": No such file or directory (the option root must name a folder "
                            "of the host, or an image file; slipway-rootfs " +
                            test.Path("nowhere") + ", or tools/rootfs in a clone, makes one)\n");
}

TEST(MountBad, RootThatIsMissingAndTakesPackages) {
  ContainerTest test;
  const std::string config = test.WriteStages("  - mount: {root: nowhere}\n");
  const RunResult result = test.RunContainer(
      config, {"/bin/true"}, {}, {"--annotation", "slipway.rootfs.include=systemd,dbus"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("image file; slipway-rootfs --include systemd,dbus " +
                            test.Path("nowhere") + ", or tools/rootfs"),
            std::string::npos)
      << result.err;
}

TEST(MountBad, RootThatIsADevice) {
  ContainerTest test;
  const RunResult result =
      test.RunContainer(test.WriteStages("  - mount: {root: /dev/null}\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") +
                            ":3:19: mount: root: cannot open \"/dev/null\": Not a directory (the "
                            "option root must name a folder of the host, or an image file)\n");
}

TEST(MountBad, RootThatIsNotGiven) {
  ContainerTest test;
  const RunResult result = test.RunContainer(test.WriteStages("  - mount\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("test.yaml:3:5: mount: the container would have no root folder (name one "
                      "with root, or set empty: true and bind what is needed)"),
      std::string::npos)
      << result.err;
}

}  // namespace
