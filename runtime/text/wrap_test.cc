#include "runtime/text/wrap.h"

#include <gtest/gtest.h>

namespace slipway::text {
namespace {

TEST(Wrap, BreaksBetweenWords) { EXPECT_EQ(Wrap("one two three", 7), "one two\nthree"); }

TEST(Wrap, IndentsEachLineButTheFirst) {
  EXPECT_EQ(Wrap("one two three", 7, 2), "one two\n  three");
}

TEST(Wrap, CountsWhatStandsInFront) { EXPECT_EQ(Wrap("one two", 8, 0, 3), "one\ntwo"); }

TEST(Wrap, LeavesAWideWordWhole) { EXPECT_EQ(Wrap("a longword b", 4), "a\nlongword\nb"); }

TEST(Wrap, KeepsDoubleBlanks) { EXPECT_EQ(Wrap("a  b", 80), "a  b"); }

TEST(Wrap, BreaksNothingWithoutAWidth) { EXPECT_EQ(Wrap("one two three", 0), "one two three"); }

TEST(Wrap, CountsCharactersNotBytes) { EXPECT_EQ(Wrap("ää öö", 5), "ää öö"); }

}  // namespace
}  // namespace slipway::text
