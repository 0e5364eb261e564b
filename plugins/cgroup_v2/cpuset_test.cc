#include "plugins/cgroup_v2/cpuset.h"

#include <gtest/gtest.h>

namespace slipway::cgroup_v2 {
namespace {

TEST(CheckPartitionText, TakesWhatIsValid) {
  EXPECT_TRUE(CheckPartitionText("member\n", "/c/f").ok());
  EXPECT_TRUE(CheckPartitionText("root\n", "/c/f").ok());
}

TEST(CheckPartitionText, PassesTheKernelsReasonOn) {
  const Status status =
      CheckPartitionText("root invalid (Parent is not a partition root)\n", "/c/f");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "not a valid partition \"/c/f\" (the kernel says: root invalid (Parent is not a "
            "partition root); the parent must be a partition root or have the CPUs to give away)");
}

}  // namespace
}  // namespace slipway::cgroup_v2
