// What the stage tells of itself before anything is done.

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;

// The plan's lines about mounts and files.
std::string PlanOf(ContainerTest& test, const std::string& options) {
  std::istringstream lines(test.Plan("  - mount: {" + options + "}\n").out);
  std::string line;
  std::string plan;
  while (std::getline(lines, line) && !line.starts_with("then ")) {
    if (line.starts_with("  mount") || line.starts_with("  file")) plan += line + "\n";
  }
  return plan;
}

TEST(Mount, TellsOfItsRoot) {
  ContainerTest test;
  const std::string root = test.Path("root");
  EXPECT_EQ(PlanOf(test, "root: root"),
            "  mount      /      the folder " + root + "; entered by pivot_root\n");
  EXPECT_EQ(PlanOf(test, "root: root, readonly: true, nodev: true, method: chroot"),
            "  mount      /      the folder " + root + ", read-only, nodev; entered by chroot\n");
}

TEST(Mount, TellsOfItsLayers) {
  ContainerTest test;
  const std::string root = test.Path("root");
  const std::string layer = test.folder();
  EXPECT_EQ(PlanOf(test, "root: root, overlay: true, readonly: true, size: 1MiB, inodes: 9"),
            "  mount      /      an overlay over the folder " + root +
                "; what is written goes to memory, at most 1048576 bytes, at most 9 files and "
                "folders, and is thrown away; entered by pivot_root, then made read-only\n");
  test.Write("more/file", "");
  EXPECT_EQ(PlanOf(test, "root: root, layers: [more], readonly: true"),
            "  mount      /      an overlay over the folder " + layer + "/more, the folder " +
                root + "; nothing can be written; entered by pivot_root\n");
}

TEST(Mount, TellsOfWhatIsKeptAndMakesNothing) {
  ContainerTest test;
  const std::string upper = test.Path("upper");
  const std::string plan = PlanOf(test, "root: root, upper: upper");
  EXPECT_NE(plan.find("  file       " + upper), std::string::npos) << plan;
  EXPECT_NE(plan.find("what is written is kept in " + upper), std::string::npos) << plan;
  EXPECT_FALSE(std::filesystem::exists(upper));
}

TEST(Mount, TellsOfBindsAndTmpfsInTheirOrder) {
  ContainerTest test;
  EXPECT_EQ(PlanOf(test,
                   "root: root, binds: [{source: /usr, target: /a/b, readonly: true, propagation: "
                   "rslave}, {source: nothere, target: /x, optional: true}], tmpfs: "
                   "['/tmp:size=1MiB,inodes=9,mode=700']"),
            "  mount      /      the folder " + test.Path("root") +
                "; entered by pivot_root\n"
                "  mount      /x     nothing: there is no " +
                test.Path("nothere") +
                " on the host\n"
                "  mount      /tmp   a new tmpfs, nosuid, nodev, mode=700, size=1048576, "
                "nr_inodes=10\n"
                "  mount      /a/b   /usr of the host, read-only, rslave\n");
}

}  // namespace
