#include "runtime/state/values.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace slipway::state {
namespace {

constexpr slipway_option Of(const char* name, uint32_t type) {
  slipway_option option{};
  option.name = name;
  option.type = type;
  return option;
}

// A stage with one option of each kind: a string, a number, a list, a map and a list of records.
class OptionsTest : public ::testing::Test {
 protected:
  OptionsTest() {
    table_[2].element = &element_;
    table_[3].element = &element_;
    record_.fields = fields_.data();
    record_.field_count = fields_.size();
    table_[4].element = &record_;
    stage_.options = table_.data();
    stage_.option_count = table_.size();
  }

  bool Takes(const std::string& text) const { return ParseValues(stage_, text).ok(); }

  slipway_option element_ = Of("element", SLIPWAY_INTEGER);
  std::array<slipway_option, 2> fields_{Of("path", SLIPWAY_PATH), Of("read", SLIPWAY_BOOL)};
  slipway_option record_ = Of("record", SLIPWAY_RECORD);
  std::array<slipway_option, 5> table_{Of("text", SLIPWAY_STRING), Of("number", SLIPWAY_BYTES),
                                       Of("list", SLIPWAY_LIST), Of("map", SLIPWAY_MAP),
                                       Of("records", SLIPWAY_LIST)};
  slipway_stage stage_{};
};

slipway_value Text(uint32_t type, const char* text) {
  slipway_value value{};
  value.type = type;
  value.as.string = text;
  return value;
}

slipway_value Number(uint32_t type, int64_t number) {
  slipway_value value{};
  value.type = type;
  value.as.integer = number;
  return value;
}

template <size_t N>
slipway_value Group(uint32_t type, uint32_t count, const std::array<slipway_value, N>& items) {
  slipway_value value{};
  value.type = type;
  value.count = count;
  value.as.items = items.data();
  return value;
}

TEST_F(OptionsTest, ComeBackAsTheyWere) {
  const std::array numbers{Number(SLIPWAY_INTEGER, INT64_MIN), Number(SLIPWAY_INTEGER, INT64_MAX)};
  const std::array pairs{Text(SLIPWAY_STRING, "a:b;\n"), Number(SLIPWAY_INTEGER, -1)};
  const std::array fields{Text(SLIPWAY_PATH, "/a b"), Number(SLIPWAY_BOOL, 1)};
  const std::array records{Group(SLIPWAY_RECORD, 2, fields)};
  const std::array values{Text(SLIPWAY_STRING, ""), Number(SLIPWAY_BYTES, 1),
                          Group(SLIPWAY_LIST, 2, numbers), Group(SLIPWAY_MAP, 1, pairs),
                          Group(SLIPWAY_LIST, 1, records)};
  const std::string text = FormatValues(stage_, values.data());
  const auto parsed = ParseValues(stage_, text);
  ASSERT_TRUE(parsed.ok()) << text;
  const slipway_value* rows = parsed->data();
  EXPECT_STREQ(rows[0].as.string, "");
  EXPECT_EQ(rows[2].as.items[0].as.integer, INT64_MIN);
  EXPECT_EQ(rows[2].as.items[1].as.integer, INT64_MAX);
  EXPECT_STREQ(rows[3].as.items[0].as.string, "a:b;\n");
  EXPECT_STREQ(rows[4].as.items[0].as.items[0].as.string, "/a b");
  EXPECT_EQ(FormatValues(stage_, rows), text);
}

TEST_F(OptionsTest, WithoutValuesComeBackAsThat) {
  const std::array<slipway_value, 5> values{};
  const auto parsed = ParseValues(stage_, FormatValues(stage_, values.data()));
  ASSERT_TRUE(parsed.ok());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(parsed->data()[i].type, 0u);
}

TEST_F(OptionsTest, StayWhereTheyAreWhenTheyAreMoved) {
  const std::array<slipway_value, 5> values{Text(SLIPWAY_STRING, "short")};
  auto parsed = ParseValues(stage_, FormatValues(stage_, values.data()));
  ASSERT_TRUE(parsed.ok());
  const slipway_value* rows = parsed->data();
  const char* text = rows[0].as.string;
  const Values moved = std::move(parsed).value();
  EXPECT_EQ(moved.data(), rows);
  EXPECT_EQ(moved.data()[0].as.string, text);
  EXPECT_STREQ(text, "short");
}

TEST_F(OptionsTest, CutShortAreRefused) {
  const std::array numbers{Number(SLIPWAY_INTEGER, 12), Number(SLIPWAY_INTEGER, 34)};
  const std::array<slipway_value, 5> values{Text(SLIPWAY_STRING, "web"), Number(SLIPWAY_BYTES, 5),
                                            Group(SLIPWAY_LIST, 2, numbers)};
  const std::string text = FormatValues(stage_, values.data());
  ASSERT_TRUE(Takes(text));
  // Between two values it is the text of a shorter table.
  std::set<size_t> ends;
  for (uint32_t count = 0; count < values.size(); ++count) {
    slipway_stage shorter = stage_;
    shorter.option_count = count;
    ends.insert(FormatValues(shorter, values.data()).size());
  }
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(Takes(text.substr(0, size)), ends.contains(size)) << size;
  }
  EXPECT_FALSE(Takes(text + "0:"));
}

TEST_F(OptionsTest, OfAShorterTableLeaveTheOthersWithoutValue) {
  const auto parsed = ParseValues(stage_, std::to_string(SLIPWAY_STRING) + ":3:web");
  ASSERT_TRUE(parsed.ok());
  EXPECT_STREQ(parsed->data()[0].as.string, "web");
  for (int i = 1; i < 5; ++i) EXPECT_EQ(parsed->data()[i].type, 0u);
}

TEST_F(OptionsTest, ThatHaveNoRoomInTheTableAreRefused) {
  const std::string string = std::to_string(SLIPWAY_STRING) + ":";
  const std::string number = std::to_string(SLIPWAY_BYTES) + ":";
  const std::string list = std::to_string(SLIPWAY_LIST) + ":";
  const std::string map = std::to_string(SLIPWAY_MAP) + ":";
  const std::string rest = "0:0:0:0:";
  EXPECT_TRUE(Takes(string + "3:web" + rest));
  for (const std::string& first :
       {number + "1;", string + "-1:", string + "99:web", string + ":web",
        string + "18446744073709551615:web", string + std::string("1:\0", 3), std::string("99:")}) {
    EXPECT_FALSE(Takes(first + rest)) << first;
  }
  EXPECT_FALSE(Takes("0:" + number + "9223372036854775808;0:0:0:"));
  // As many values would not fit in the memory of any machine.
  EXPECT_FALSE(Takes("0:0:" + list + "4294967295:0:0:"));
  EXPECT_FALSE(Takes("0:0:0:" + map + "4294967295:0:"));
  EXPECT_FALSE(Takes("0:0:0:0:" + list + "1:" + std::to_string(SLIPWAY_RECORD) + ":1:0:"));
}

TEST_F(OptionsTest, ThatAreSecretAreLeftOut) {
  const std::array<slipway_value, 5> values{Text(SLIPWAY_STRING, "hunter2"),
                                            Number(SLIPWAY_BYTES, 5)};
  table_[0].flags = SLIPWAY_SECRET;
  const std::string text = FormatValues(stage_, values.data());
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  const auto parsed = ParseValues(stage_, text);
  ASSERT_TRUE(parsed.ok()) << text;
  EXPECT_EQ(parsed->data()[0].type, 0u);
  EXPECT_EQ(parsed->data()[1].as.integer, 5);
}

// A stage takes the number of each for what it stands for.
TEST_F(OptionsTest, NumbersThatMeanNothingAreRefused) {
  constexpr std::array<const char*, 3> kNames = {"off", "on", nullptr};
  std::array table{Of("mode", SLIPWAY_MODE), Of("enum", SLIPWAY_ENUM), Of("flag", SLIPWAY_BOOL)};
  table[1].names = kNames.data();
  slipway_stage stage{};
  stage.options = table.data();
  stage.option_count = table.size();
  const std::array values{Number(SLIPWAY_MODE, 07777), Number(SLIPWAY_ENUM, 1),
                          Number(SLIPWAY_BOOL, 1)};
  const auto parsed = ParseValues(stage, FormatValues(stage, values.data()));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->data()[0].as.integer, 07777);
  for (size_t i = 0; i < values.size(); ++i) {
    for (const int64_t number : {int64_t{-1}, int64_t{010000}}) {
      auto wrong = values;
      wrong[i].as.integer = number;
      EXPECT_FALSE(ParseValues(stage, FormatValues(stage, wrong.data())).ok()) << i;
    }
  }
}

}  // namespace
}  // namespace slipway::state
