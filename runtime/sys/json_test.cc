#include "runtime/sys/json.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::sys {
namespace {

std::string Again(const std::string& text) {
  const auto value = ParseJson(text, "x");
  return value.ok() ? value->Write() : value.error().ToString();
}

std::string ErrorOf(const std::string& text) {
  const auto value = ParseJson(text, "dir/x.json");
  return value.ok() ? "taken: " + value->Write() : value.error().ToString();
}

TEST(Json, WritesWhatItHasRead) {
  EXPECT_EQ(
      Again(" { \"a\" : [ 1 , -2.5e+3 , true , false , null , {} , [] ] ,\n\t\"b\":\"c\"}\r\n"),
      "{\"a\":[1,-2.5e+3,true,false,null,{},[]],\"b\":\"c\"}");
}

TEST(Json, ReadsEscapes) {
  const auto value = ParseJson(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00")", "x");
  ASSERT_TRUE(value.ok()) << value.error().ToString();
  EXPECT_EQ(value->text(), "\"\\/\b\f\n\r\tA\u00e9\u20ac\U0001f600");
}

TEST(Json, WritesWhatMovesACursorAsAnEscape) {
  EXPECT_EQ(Json::String("a\n\"\\\x7f\u20ac").Write(), "\"a\\u000a\\\"\\\\\\u007f\u20ac\"");
}

TEST(Json, KnowsWhereEachValueStands) {
  const auto value = ParseJson("{\n  \"a\": 1,\n  \"b\": [2,\n 3]}", "x");
  ASSERT_TRUE(value.ok());
  const Json& last = value->Find("b")->items().at(1);
  EXPECT_EQ(last.line(), 4u);
  EXPECT_EQ(last.column(), 2u);
}

TEST(Json, GivesWholeNumbersOfBothKinds) {
  const auto value =
      ParseJson("[18446744073709551615, -9223372036854775808, 1.0, 1e3, \"1\"]", "x");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->items()[0].Unsigned(), UINT64_MAX);
  EXPECT_EQ(value->items()[0].Integer(), std::nullopt);
  EXPECT_EQ(value->items()[1].Integer(), INT64_MIN);
  EXPECT_EQ(value->items()[1].Unsigned(), std::nullopt);
  for (const size_t other : {2u, 3u, 4u}) {
    EXPECT_EQ(value->items()[other].Integer(), std::nullopt) << other;
  }
}

TEST(Json, FindsSetsAndRemovesMembers) {
  Json object = Json::Object();
  object.Set("a", Json::Number(1));
  object.Set("b", Json::Bool(true));
  object.Set("a", Json::Array());
  object.Remove("b");
  ASSERT_NE(object.Find("a"), nullptr);
  EXPECT_EQ(object.Find("b"), nullptr);
  EXPECT_EQ(object.Write(), "{\"a\":[]}");
}

TEST(Json, SaysWhereWhatIsWrong) {
  EXPECT_EQ(
      ErrorOf("{\n \"a\": tru }"),
      "cannot read the JSON \"dir/x.json:2:7\" (a value is expected: only true, false and null "
      "need no quotes)");
  EXPECT_EQ(ErrorOf("[1"),
            "cannot read the JSON \"dir/x.json:1:3\" (it ends here; a comma or ] is expected)");
  EXPECT_EQ(ErrorOf("[{\"a\":1,\"b\":2,\"a\":3}]"),
            "cannot read the JSON \"dir/x.json:1:2\" (the object has \"a\" twice)");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "[1 2]",
                           "1 2",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "-",
                           "NaN",
                           "'a'",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\u0000\"",
                           "\"a\nb\"",
                           "// a\n1",
                           "\xef\xbb\xbf{}",
                           "\"\xff\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "nulll",
                           "truefalse"}) {
    EXPECT_FALSE(ParseJson(text, "x").ok()) << text;
  }
  EXPECT_FALSE(ParseJson(std::string("\"a\0b\"", 5), "x").ok());
}

TEST(Json, TakesTextThatATerminalWouldNot) { EXPECT_TRUE(ParseJson("\"\x7f\xc2\x85\"", "x").ok()); }

TEST(Json, HasBoundsOfDepthAndSize) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(ParseJson(nested(kMaxJsonDepth), "x").ok());
  EXPECT_FALSE(ParseJson(nested(kMaxJsonDepth + 1), "x").ok());
  EXPECT_FALSE(ParseJson(nested(100000), "x").ok());
  EXPECT_TRUE(ParseJson("1" + std::string(kMaxJsonSize - 1, ' '), "x").ok());
  EXPECT_FALSE(ParseJson("1" + std::string(kMaxJsonSize, ' '), "x").ok());
}

}  // namespace
}  // namespace slipway::sys
