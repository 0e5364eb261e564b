// What the stages say of how the kernel treats the command holds however it comes to run: below an
// init, created first, or let in later.

#include <gtest/gtest.h>

#include <string>

#include "tests/each_way.h"

namespace slipway::testing {
namespace {

class Treatment : public EachWay {};

TEST_P(Treatment, HasItsResourceLimits) {
  const RunResult result =
      Run("  - rlimits: {nofile: 20:30, core: 0}\n", "ulimit -Sn; ulimit -Hn; ulimit -c");
  EXPECT_EQ(result.out, "20\n30\n0\n") << result.err;
}

INSTANTIATE_TEST_SUITE_P(EachWay, Treatment, ::testing::ValuesIn(AllWays()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace slipway::testing
