#include "runtime/config/unfold.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace slipway::config {
namespace {

TEST(Unfold, LinesOfAPlainTextAreJoined) {
  EXPECT_EQ(UnfoldPlain("a  b"), "a  b");
  EXPECT_EQ(UnfoldPlain("a \n  b\r\n\t c"), "a b c");
  EXPECT_EQ(UnfoldPlain("a\n\n  b\n \n\n c"), "a\nb\n\nc");
}

TEST(Unfold, QuotesMayHoldEveryEscape) {
  const std::pair<std::string, std::string> cases[] = {
      {"\"a\"", "a"},
      {"\"\"", ""},
      {"'it''s'", "it's"},
      {R"("\"\/\\ \t\n")", "\"/\\ \t\n"},
      {R"("\a\b\e\f\r\v")", "\a\b\x1b\f\r\v"},
      {R"("\0")", std::string(1, '\0')},
      {R"("\x41\u00e9\u20ac\U0001f6a2")", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\xa2"},
      {R"("\N\_\L\P")", "\xc2\x85\xc2\xa0\xe2\x80\xa8\xe2\x80\xa9"},
      {R"('\n')", "\\n"},
  };
  for (const auto& [written, text] : cases) EXPECT_EQ(UnfoldQuoted(written), text) << written;
}

TEST(Unfold, LinesInQuotesAreJoined) {
  const std::pair<const char*, const char*> cases[] = {
      {"\"a \n b\"", "a b"},      {"\"a\n\n  b\"", "a\nb"},   {"\"a\\\n  b\"", "ab"},
      {"\"a \\\n  b\"", "a b"},   {"\"a\\t \n b\"", "a\t b"}, {"\"a\n\n\n\"", "a\n\n"},
      {"\"\n\n\"", "\n"},         {"' a\n b '", " a b "},     {"'a\r\n\r\nb'", "a\nb"},
      {"\"a\\\n\n  b\"", "a\nb"},
  };
  for (const auto& [written, text] : cases) EXPECT_EQ(UnfoldQuoted(written), text) << written;
}

TEST(Unfold, ALiteralBlockKeepsItsLines) {
  EXPECT_EQ(UnfoldBlock("|\n  a\n   b\n\n  c\n", 2), "a\n b\n\nc\n");
  EXPECT_EQ(UnfoldBlock("| # why\n  a\r\n  b", 2), "a\nb");
  EXPECT_EQ(UnfoldBlock("|2\n   a\n", 2), " a\n");
}

TEST(Unfold, AFoldedBlockJoinsItsLines) {
  EXPECT_EQ(UnfoldBlock(">\n  a\n  b\n\n  c\n", 2), "a b\nc\n");
  EXPECT_EQ(UnfoldBlock(">\n  a\n   b\n  c\n", 2), "a\n b\nc\n");
  EXPECT_EQ(UnfoldBlock(">\n\n  a\n", 2), "\na\n");
}

TEST(Unfold, AnIndicatorSaysWhatIsKeptAtTheEnd) {
  EXPECT_EQ(UnfoldBlock("|\n a\n\n\n", 1), "a\n");
  EXPECT_EQ(UnfoldBlock("|-\n a\n\n", 1), "a");
  EXPECT_EQ(UnfoldBlock("|+\n a\n\n", 1), "a\n\n");
  EXPECT_EQ(UnfoldBlock("|+\n\n", 1), "\n");
  EXPECT_EQ(UnfoldBlock("|\n\n", 1), "");
  EXPECT_EQ(UnfoldBlock("|", 1), "");
}

}  // namespace
}  // namespace slipway::config
