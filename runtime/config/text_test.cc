#include "runtime/config/text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace slipway::config {
namespace {

using LineAndColumn = std::pair<int, int>;

LineAndColumn At(Place place) { return {place.line, place.column}; }

TEST(Text, PlaceOfAnOffsetCountsFromOne) {
  EXPECT_EQ(At(PlaceOf("ab\ncd", 0)), LineAndColumn(1, 1));
  EXPECT_EQ(At(PlaceOf("ab\ncd", 2)), LineAndColumn(1, 3));
  EXPECT_EQ(At(PlaceOf("ab\ncd", 4)), LineAndColumn(2, 2));
  EXPECT_EQ(At(PlaceOf("", 0)), LineAndColumn(1, 1));
}

TEST(Text, LinesCountFromOneAndLackTheirNewline) {
  const Lines lines("ab\n\ncd");
  EXPECT_EQ(lines.count(), 3);
  EXPECT_EQ(lines[1], "ab");
  EXPECT_EQ(lines[2], "");
  EXPECT_EQ(lines[3], "cd");
  EXPECT_EQ(lines[0], "");
  EXPECT_EQ(lines[4], "");
}

TEST(Text, ValidUtf8OfEveryLengthIsFoundValid) {
  EXPECT_EQ(FindInvalidUtf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\xa2"), std::string_view::npos);
  EXPECT_EQ(FindInvalidUtf8("\xed\x9f\xbf\xf4\x8f\xbf\xbf"), std::string_view::npos);
}

TEST(Text, TheFirstInvalidByteIsFound) {
  const std::pair<const char*, size_t> cases[] = {
      {"ab\xff", 2},       {"a\x80", 1},        {"\xc0\xaf", 0},
      {"\xe0\x80\x80", 0}, {"\xed\xa0\x80", 0}, {"\xf4\x90\x80\x80", 0},
      {"ab\xe2\x82", 2},   {"\xe2\x82\x28", 0}, {"\xf0\x8f\xbf\xbf", 0},
  };
  for (const auto& [text, offset] : cases) EXPECT_EQ(FindInvalidUtf8(text), offset) << text;
}

TEST(Text, CharactersOfEveryLengthAreRead) {
  EXPECT_EQ(CharacterAt("xa", 1), U'a');
  EXPECT_EQ(CharacterAt("x\xc3\xa9", 1), U'\u00e9');
  EXPECT_EQ(CharacterAt("\xe2\x82\xac", 0), U'\u20ac');
  EXPECT_EQ(CharacterAt("\xf0\x9f\x9a\xa2", 0), U'\U0001f6a2');
}

TEST(Text, PrintableCharactersAndLineEndsAreNotStray) {
  EXPECT_EQ(FindStrayCharacter("a\tb\r\n\xc2\xa0\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\xa2"),
            std::string_view::npos);
}

TEST(Text, TheFirstStrayCharacterIsFound) {
  const std::pair<const char*, size_t> cases[] = {
      {"a\x01", 1},         {"\x1b[0m", 0},      {"a\x7f", 1},         {"a\rb\r\n", 1},
      {"a\r", 1},           {"\xc2\x80", 0},     {"\xc2\x85", 0},      {"\xc2\x9f", 0},
      {"a\xe2\x80\xa8", 1}, {"\xe2\x80\xa9", 0}, {"a\xef\xbb\xbf", 1}, {"\xef\xbf\xbf", 0},
  };
  for (const auto& [text, offset] : cases) EXPECT_EQ(FindStrayCharacter(text), offset) << text;
}

TEST(Text, AMissingSpaceIsFound) {
  constexpr size_t kNone = std::string_view::npos;
  const std::pair<const char*, size_t> cases[] = {
      {"version:1", 7}, {"root:/srv", 4}, {"pids.max:20", 8}, {"-pid", 0},         {"-", kNone},
      {"-5", kNone},    {"--set", kNone}, {"a: b", kNone},    {"a:", kNone},       {":a", kNone},
      {"::1", kNone},   {"a::b", kNone},  {"a b:c", kNone},   {"http://x", kNone}, {"", kNone},
  };
  for (const auto& [line, offset] : cases) EXPECT_EQ(FindMissingSpace(line), offset) << line;
  EXPECT_EQ(MissingSpaceHint("-pid"), "write a space after the '-'");
  EXPECT_EQ(MissingSpaceHint("-5"), "");
}

TEST(Text, AnEmptyItemIsFoundAboveBlankLinesAndComments) {
  const Lines lines("a:\n  - # none\n\n  # and\n  - b\n");
  EXPECT_EQ(At(EmptyItemBefore(lines, {5, 3})), LineAndColumn(2, 3));
}

TEST(Text, WithoutAnEmptyItemThePlaceStays) {
  const Lines lines("a:\n  b\n  - c\n");
  EXPECT_EQ(At(EmptyItemBefore(lines, {3, 3})), LineAndColumn(3, 3));
}

}  // namespace
}  // namespace slipway::config
