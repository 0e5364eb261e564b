#include "runtime/config/change.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::config {
namespace {

slipway_option Option(const char* name, slipway_type type, uint32_t flags) {
  slipway_option option{};
  option.name = name;
  option.summary = "An option";
  option.type = type;
  option.flags = flags;
  return option;
}

const slipway_option kOptions[] = {Option("limit", SLIPWAY_INTEGER, SLIPWAY_CHANGEABLE),
                                   Option("path", SLIPWAY_STRING, SLIPWAY_REQUIRED)};

class Change : public ::testing::Test {
 protected:
  Change() {
    stage_.name = "one";
    stage_.options = kOptions;
    stage_.option_count = 2;
    values_[0] = {.type = SLIPWAY_INTEGER, .count = 0, .as = {.integer = 5}};
    values_[1] = {.type = SLIPWAY_STRING, .count = 0, .as = {.string = "kept"}};
  }

  std::vector<ChangedStage> Set(const std::string& text) {
    auto override = ParseOverride(text);
    EXPECT_TRUE(override.ok());
    return ChangeOptions({*override}, {{&stage_, values_}}, mistakes_);
  }

  slipway_stage stage_{};
  slipway_value values_[2];
  Mistakes mistakes_;
};

TEST_F(Change, TakesTheNewValueAndKeepsTheOthers) {
  const auto changed = Set("one.limit=7");
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].options->data()[0].as.integer, 7);
  EXPECT_STREQ(changed[0].options->data()[1].as.string, "kept");
}

TEST_F(Change, RefusesWhatCannotChange) {
  Set("one.path=other");
  ASSERT_EQ(mistakes_.size(), 1U);
  EXPECT_EQ(
      mistakes_.errors()[0].ToString(),
      "--set one.path: one: cannot change while the container runs: \"path\" (those that can: "
      "limit)");
}

TEST_F(Change, RefusesAWrongValueAndAnUnknownStage) {
  Set("one.limit=many");
  Set("two.limit=1");
  EXPECT_EQ(mistakes_.size(), 2U);
}

}  // namespace
}  // namespace slipway::config
