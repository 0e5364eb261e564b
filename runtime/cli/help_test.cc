#include "runtime/cli/help.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

constexpr size_t kWidth = 60;

TEST(Row, PutsTheMeaningBehindTheName) { EXPECT_EQ(Row("a", "b c", 4, kWidth), "  a     b c\n"); }

TEST(Row, GivesALongNameALineOfItsOwn) {
  EXPECT_EQ(Row("longer", "b", 4, kWidth), "  longer\n        b\n");
}

TEST(Row, BreaksTheMeaning) {
  EXPECT_EQ(Row("a", "one two three", 4, 16), "  a     one two\n        three\n");
}

TEST(OptionsAsText, HasALetterANameAndAValue) {
  const Option options[] = {{"env", Option::Kind::kTexts, "NAME", "a variable", 'e'},
                            {"help", Option::Kind::kFlag, "", "this help"}};
  EXPECT_EQ(OptionsAsText(options, kWidth),
            "  -e, --env NAME              a variable\n"
            "  --help                      this help\n");
}

TEST(Paragraphs, LeavesExamplesAsTheyAre) {
  EXPECT_EQ(Paragraphs("one two three\n\n  runtime   check\n", 8),
            "one two\nthree\n\n  runtime   check\n");
}

}  // namespace
}  // namespace slipway::cli
