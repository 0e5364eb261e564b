#include "runtime/text/amount.h"

#include <gtest/gtest.h>

namespace slipway::text {
namespace {

TEST(Size, IsInTheLargestUnitThatIsWhole) {
  EXPECT_EQ(Size(0), "0");
  EXPECT_EQ(Size(1000), "1000");
  EXPECT_EQ(Size(1024), "1KiB");
  EXPECT_EQ(Size(int64_t{1536} << 20), "1536MiB");
  EXPECT_EQ(Size(int64_t{2} << 40), "2TiB");
}

TEST(Duration, IsInTheLargestUnitThatIsWhole) {
  EXPECT_EQ(Duration(1), "1ns");
  EXPECT_EQ(Duration(1'500'000'000), "1500ms");
  EXPECT_EQ(Duration(7'200'000'000'000), "2h");
}

TEST(Thousandths, HaveNoZerosAtTheEnd) {
  EXPECT_EQ(Thousandths(1000), "1");
  EXPECT_EQ(Thousandths(1050), "1.05");
  EXPECT_EQ(Thousandths(-500), "-0.5");
}

TEST(Octal, BeginsWithAZero) { EXPECT_EQ(Octal(0755), "0755"); }

}  // namespace
}  // namespace slipway::text
