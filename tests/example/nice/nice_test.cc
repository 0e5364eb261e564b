#include <gtest/gtest.h>

#include "runtime/sdk/testing/container.h"

TEST(Nice, CommandHasThePriority) {
  slipway::testing::ContainerTest test;
  const auto result = test.RunContainer(test.WriteStages("  - nice: {value: 7}\n"), {"nice"});
  EXPECT_EQ(result.out, "7\n") << result.err;
}
