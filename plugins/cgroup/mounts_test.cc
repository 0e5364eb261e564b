#include "plugins/cgroup/mounts.h"

#include <gtest/gtest.h>

namespace slipway::cgroup {
namespace {

constexpr const char* kOwn =
    "9:name=systemd:/\n8:pids:/\n4:cpu,cpuacct:/user.slice\nnonsense\n0::/a:b\n";

TEST(JoinedControllers, AreThoseOfTheLineWithTheController) {
  EXPECT_EQ(JoinedControllers(kOwn, "pids"), "pids");
  EXPECT_EQ(JoinedControllers(kOwn, "cpuacct"), "cpu,cpuacct");
}

TEST(JoinedControllers, AreNoneForAControllerOfNoHierarchy) {
  EXPECT_EQ(JoinedControllers(kOwn, "memory"), "");
  EXPECT_EQ(JoinedControllers(kOwn, "systemd"), "");
  EXPECT_EQ(JoinedControllers(kOwn, "/"), "");
  EXPECT_EQ(JoinedControllers("", "pids"), "");
}

// The machine that the test runs on, seen both ways.
TEST(CgroupMounts, FindsTheHierarchiesThatMountinfoHas) {
  CgroupMounts mounts;
  const auto all = mounts.All();
  ASSERT_TRUE(all.ok());
  const auto unified = mounts.Unified();
  ASSERT_TRUE(unified.ok());
  const CgroupMount* expected = FindUnified(*all);
  ASSERT_EQ(*unified == nullptr, expected == nullptr);
  if (expected) {
    EXPECT_EQ((*unified)->device, expected->device);
  }
  for (const char* controller : {"pids", "memory", "cpu", "cpuacct", "cpuset", "freezer"}) {
    const auto found = mounts.Controller(controller);
    ASSERT_TRUE(found.ok());
    const CgroupMount* mount = FindController(*all, controller);
    ASSERT_EQ(*found == nullptr, mount == nullptr) << controller;
    if (!mount) continue;
    EXPECT_EQ((*found)->device, mount->device) << controller;
    EXPECT_EQ((*found)->read_only, mount->read_only) << controller;
  }
}

}  // namespace
}  // namespace slipway::cgroup
