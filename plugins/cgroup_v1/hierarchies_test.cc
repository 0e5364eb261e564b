// Which hierarchies are used, from texts.

#include "plugins/cgroup_v1/hierarchies.h"

#include <gtest/gtest.h>

namespace slipway::cgroup_v1 {
namespace {

constexpr const char* kJoined =
    "32 31 0:29 / /c/cpu,memory rw - cgroup cgroup rw,cpu,memory\n"
    "33 31 0:36 / /c/pids rw - cgroup cgroup rw,pids\n"
    "34 31 0:36 / /again rw - cgroup cgroup rw,pids\n";

TEST(FindHierarchies, JoinedControllersGetOneCgroupWithAllTheirLimits) {
  const auto mounts = cgroup::ParseCgroupMounts(kJoined);
  const auto found = FindHierarchies(
      mounts, {"pids", "memory", "cpu"},
      {{"pids", "pids.max", "1"}, {"memory", "m", "2"}, {"cpu", "p", "3"}, {"cpu", "q", "4"}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].mount.mount_point, "/c/pids");
  ASSERT_EQ(found[0].limits.size(), 1U);
  EXPECT_EQ(found[1].mount.mount_point, "/c/cpu,memory");
  ASSERT_EQ(found[1].limits.size(), 3U);
  EXPECT_EQ(found[1].limits[1].file, "p");
  EXPECT_EQ(found[1].limits[2].file, "q");
}

TEST(FindHierarchies, AControllerThatIsNotBoundIsPassedOver) {
  const auto mounts = cgroup::ParseCgroupMounts(kJoined);
  EXPECT_EQ(FindHierarchies(mounts, {"pids", "io"}, {}).size(), 1U);
  EXPECT_TRUE(FindHierarchies({}, {"pids"}, {}).empty());
}

TEST(PutLast, AddsAHierarchyOrMovesOneThatIsThere) {
  const auto mounts = cgroup::ParseCgroupMounts(kJoined);
  auto found = FindHierarchies(mounts, {"memory"}, {{"memory", "m", "2"}});
  PutLast(found, *cgroup::FindController(mounts, "pids"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].mount.mount_point, "/c/pids");
  PutLast(found, *cgroup::FindController(mounts, "cpu"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].mount.mount_point, "/c/cpu,memory");
  EXPECT_EQ(found[1].limits.size(), 1U);
}

}  // namespace
}  // namespace slipway::cgroup_v1
