#include "runtime/sys/id_list.h"

#include <gtest/gtest.h>

namespace slipway::sys {
namespace {

TEST(ParseIdList, NumbersAndRanges) {
  const auto list = ParseIdList("0-3,8");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].first, 0U);
  EXPECT_EQ((*list)[0].last, 3U);
  EXPECT_EQ((*list)[1].first, 8U);
  EXPECT_EQ((*list)[1].last, 8U);
}

TEST(ParseIdList, RefusesEverythingElse) {
  for (const char* text : {"", ",", "0,", "-1", "1-", "3-1", "0-3:2/4", "a", "0 1", "0-8192",
                           "99999999999", "0x1", "+1", "all"}) {
    EXPECT_FALSE(ParseIdList(text).ok()) << text;
  }
}

TEST(FirstMissingId, IsTheFirstThatIsNotThere) {
  EXPECT_EQ(FirstMissingId("0-3", "0-1,3"), 2U);
  EXPECT_EQ(FirstMissingId("0,1", "0-1"), std::nullopt);
}

TEST(FirstMissingId, IsNothingWhereTheKernelSaysNothing) {
  EXPECT_EQ(FirstMissingId("0", ""), std::nullopt);
}

}  // namespace
}  // namespace slipway::sys
