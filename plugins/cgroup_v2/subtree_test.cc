// What is written on the way down to the parent, from texts.

#include "plugins/cgroup_v2/subtree.h"

#include <gtest/gtest.h>

namespace slipway::cgroup_v2 {
namespace {

TEST(Directories, FromTheMountDownToTheParent) {
  cgroup::CgroupMount mount;
  mount.mount_point = "/c";
  EXPECT_EQ(Directories(mount, "/"), (std::vector<std::string>{"/c"}));
  EXPECT_EQ(Directories(mount, "/a/b"), (std::vector<std::string>{"/c", "/c/a", "/c/a/b"}));
}

TEST(EnableWrites, OnlyWhatIsMissingAtEachLevel) {
  const auto writes =
      EnableWrites({{"/c", "cpu pids\n"}, {"/c/a", "cpu\n"}, {"/c/a/b", "\n"}}, {"pids", "cpu"});
  ASSERT_EQ(writes.size(), 2U);
  EXPECT_EQ(writes[0].directory, "/c/a");
  EXPECT_EQ(writes[0].value, "+pids");
  EXPECT_EQ(writes[1].directory, "/c/a/b");
  EXPECT_EQ(writes[1].value, "+pids +cpu");
}

TEST(EnableWrites, ControllersThatAreNotAskedForStayAsTheyAre) {
  EXPECT_TRUE(EnableWrites({{"/c", "io memory\n"}}, {"memory"}).empty());
  EXPECT_TRUE(EnableWrites({{"/c", "io\n"}}, {}).empty());
}

TEST(UnifiedPath, IsTheLineOfHierarchyZero) {
  EXPECT_EQ(UnifiedPath("9:name=systemd:/x\n0::/user.slice/a\n"), "/user.slice/a");
  EXPECT_EQ(UnifiedPath("4:memory:/x\n"), "");
}

TEST(CommonAncestor, GoesByWholeNames) {
  EXPECT_EQ(CommonAncestor("/a/b/c", "/a/b/d/e"), "/a/b");
  EXPECT_EQ(CommonAncestor("/ab", "/a"), "/");
  EXPECT_EQ(CommonAncestor("/a", "/a"), "/a");
  EXPECT_EQ(CommonAncestor("/", "/a"), "/");
}

}  // namespace
}  // namespace slipway::cgroup_v2
