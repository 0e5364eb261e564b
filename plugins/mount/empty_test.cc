// A root that is an empty folder in memory.

#include <gtest/gtest.h>

#include <string>

#include "plugins/mount/mount_test.h"
#include "runtime/sdk/testing/container.h"

namespace {

using mount_stage::RunInUserNamespace;
using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

// The only programs there are those of the test's root folder.
std::string Empty(const std::string& options = "") {
  return "  - pid\n  - mount: {empty: true, binds: [\"root/bin:/bin:ro\"]" + options +
         "}\n  - proc\n";
}

std::string Refusal(const std::string& options) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result =
      test.RunContainer(test.WriteStages("  - mount: {" + options + "}\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  return result.err;
}

TEST(MountEmpty, ShowsWhatIsMountedAndNothingElse) {
  const RunResult result = ContainerTest().RunScript(Empty(), "ls /; stat -c '%a %u' /");
  EXPECT_EQ(result.out, "bin\nproc\n755 0\n") << result.err;
}

TEST(MountEmpty, TakesWhatIsWritten) {
  const RunResult result =
      ContainerTest().RunScript(Empty(), "mkdir /made && echo kept > /made/file && cat /made/file");
  EXPECT_EQ(result.out, "kept\n") << result.err;
}

TEST(MountEmpty, SizeIsALimit) {
  const RunResult result = ContainerTest().RunScript(Empty(", size: 64KiB"),
                                                     "dd if=/bin/busybox of=/big bs=1k count=128");
  EXPECT_NE(result.err.find("No space left"), std::string::npos) << result.err;
}

// bin, proc, the file of the errors, and two more: the root folder itself does not count.
TEST(MountEmpty, InodesAreALimit) {
  const RunResult result = ContainerTest().RunScript(
      Empty(", inodes: 5"), "for i in 1 2 3 4; do mkdir /new$i; done 2>/errors; ls / | wc -l");
  EXPECT_EQ(result.out, "5\n") << result.err;
}

TEST(MountEmpty, ReadonlyComesBehindTheMountPoints) {
  const RunResult result =
      ContainerTest().RunScript(Empty(", readonly: true, tmpfs: [/tmp/deep]"),
                                "echo no > /file; echo yes > /tmp/deep/file; ls /tmp/deep");
  EXPECT_EQ(result.out, "file\n");
  EXPECT_NE(result.err.find("Read-only file system"), std::string::npos) << result.err;
}

TEST(MountEmpty, WorksInAUserNamespace) {
  ContainerTest test;
  const RunResult result = RunInUserNamespace(test, Empty(", readonly: true"), "ls /");
  EXPECT_EQ(result.out, "bin\nproc\n") << result.err;
}

TEST(MountEmpty, IsInThePlan) {
  const RunResult result = ContainerTest().Plan("  - mount: {empty: true, size: 1MiB}\n");
  EXPECT_NE(
      result.out.find("an empty folder; what is written goes to memory, at most 1048576 bytes, "
                      "and is thrown away"),
      std::string::npos)
      << result.out << result.err;
}

TEST(MountEmpty, TakesThePlaceOfRootAndItsLayers) {
  for (const char* option : {"root: root", "upper: kept", "layers: [root]"}) {
    const std::string name(option, std::string(option).find(':'));
    EXPECT_NE(Refusal(std::string("empty: true, ") + option)
                  .find("mount: " + name +
                        ": empty: true takes the place of this option (leave out one of the two)"),
              std::string::npos)
        << option;
  }
}

}  // namespace
