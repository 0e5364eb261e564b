#include "plugins/seccomp/json.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace seccomp {
namespace {

TEST(Json, ReadsEachKindOfValue) {
  const auto json =
      ParseJson(" {\"a\": [1, true, null, \"x\\n\\u00e9\\ud83d\\ude00\"],\n \"b\": {}}\n");
  ASSERT_TRUE(json.ok()) << json.error().ToString();
  ASSERT_EQ(json->members.size(), 2U);
  const Json& list = json->members[0].second;
  ASSERT_EQ(list.items.size(), 4U);
  EXPECT_EQ(list.items[0].number, 1U);
  EXPECT_TRUE(list.items[1].boolean);
  EXPECT_EQ(list.items[2].kind, Json::Kind::kNull);
  EXPECT_EQ(list.items[3].text, "x\n\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(json->members[1].second.where, "2:7");
}

TEST(Json, KeepsWholeNumbersOf64Bits) {
  EXPECT_EQ(ParseJson("18446744073709551615")->number, UINT64_MAX);
  EXPECT_EQ(ParseJson("0")->number, 0U);
  for (const char* text : {"18446744073709551616", "-1", "1.5", "1e3", "-0"}) {
    const auto json = ParseJson(text);
    ASSERT_TRUE(json.ok()) << text;
    EXPECT_FALSE(json->number) << text;
  }
}

TEST(Json, RefusesWhatIsNone) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not JSON \"a value is missing\" (1:1)"},
      {"{} x", "not JSON \"more than one value\" (1:4)"},
      {"[1,]", "not JSON \"no value begins like this\" (1:4)"},
      {"[1", "not JSON \"a comma or ] is missing\" (1:3)"},
      {"{a: 1}", "not JSON \"a name in quotes is missing\" (1:2)"},
      {"{\"a\" 1}", "not JSON \"a colon is missing\" (1:6)"},
      {"{\"a\": 1,\n\"a\": 2}", "not JSON \"the name \\\"a\\\" is there twice\" (2:4)"},
      {"01", "not JSON \"a number begins with 0\" (1:3)"},
      {"-", "not JSON \"a digit is missing\" (1:2)"},
      {"1.", "not JSON \"a digit is missing\" (1:3)"},
      {"\"\n\"", "not JSON \"a control character\" (1:2)"},
      {"\"", "not JSON \"a quote is missing\" (1:2)"},
      {"\"\\x\"", "not JSON \"no such escape\" (1:3)"},
      {"\"\\u12\"", "not JSON \"four hexadecimal digits are missing\" (1:4)"},
      {"\"\\ud800\"", "not JSON \"half of a character\" (1:8)"},
      {"\"\\u0000\"", "not JSON \"a NUL in a text\" (1:8)"},
      {"nul", "not JSON \"no value begins like this\" (1:1)"},
  };
  for (const auto& [text, error] : cases) {
    const auto json = ParseJson(text);
    ASSERT_FALSE(json.ok()) << text;
    EXPECT_EQ(json.error().ToString(), error);
  }
}

TEST(Json, IsNotNestedWithoutEnd) {
  EXPECT_TRUE(ParseJson(std::string(32, '[') + std::string(32, ']')).ok());
  EXPECT_FALSE(ParseJson(std::string(100000, '[')).ok());
}

}  // namespace
}  // namespace seccomp
