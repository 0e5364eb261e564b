#include "runtime/config/expected.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <utility>

namespace slipway::config {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

slipway_option Option(uint32_t type, int64_t minimum = 0, int64_t maximum = 0,
                      const char* unit = nullptr) {
  slipway_option option{};
  option.type = type;
  if (minimum != 0 || maximum != 0) option.flags = SLIPWAY_HAS_MINIMUM | SLIPWAY_HAS_MAXIMUM;
  option.minimum = minimum;
  option.maximum = maximum;
  option.unit = unit;
  return option;
}

std::array<slipway_option, 2> SourceAndTarget() {
  std::array fields = {Option(SLIPWAY_PATH), Option(SLIPWAY_PATH)};
  fields[0].name = "source";
  fields[1].name = "target";
  return fields;
}

TEST(Expected, NamesTheType) {
  EXPECT_EQ(Expected(Option(SLIPWAY_STRING)), "a text");
  EXPECT_EQ(Expected(Option(SLIPWAY_BOOL)), "true or false");
  EXPECT_EQ(Expected(Option(SLIPWAY_INTEGER)), "an integer");
  EXPECT_EQ(Expected(Option(SLIPWAY_DECIMAL)), "a number, such as 1.5");
  EXPECT_EQ(Expected(Option(SLIPWAY_BYTES)), "a size, such as 512MiB");
  EXPECT_EQ(Expected(Option(SLIPWAY_DURATION)), "a duration, such as 100ms");
  EXPECT_EQ(Expected(Option(SLIPWAY_PATH)), "a path");
}

TEST(Expected, NamesTheRangeInTheOptionsOwnForm) {
  EXPECT_EQ(Expected(Option(SLIPWAY_STRING, 1, 64)), "a text of 1 to 64 bytes");
  EXPECT_EQ(Expected(Option(SLIPWAY_STRING, 1, kMax)), "a text of at least 1 byte");
  EXPECT_EQ(Expected(Option(SLIPWAY_INTEGER, -1, 100)), "an integer from -1 to 100");
  EXPECT_EQ(Expected(Option(SLIPWAY_INTEGER, 1, kMax)), "an integer of at least 1");
  EXPECT_EQ(Expected(Option(SLIPWAY_INTEGER, kMin, 5)), "an integer of at most 5");
  EXPECT_EQ(Expected(Option(SLIPWAY_DECIMAL, 1, 64500)),
            "a number from 0.001 to 64.5, such as 1.5");
  EXPECT_EQ(Expected(Option(SLIPWAY_DECIMAL, -500, 2000)), "a number from -0.5 to 2, such as 1.5");
  EXPECT_EQ(Expected(Option(SLIPWAY_BYTES, 4096, int64_t{1} << 40)),
            "a size from 4KiB to 1TiB, such as 512MiB");
  EXPECT_EQ(Expected(Option(SLIPWAY_BYTES, 0, 1000)), "a size from 0 to 1000");
  EXPECT_EQ(Expected(Option(SLIPWAY_DURATION, 1'000, 60'000'000'000)),
            "a duration from 1us to 1m, such as 100ms");
}

TEST(Expected, NamesAUserOfTheContainer) {
  EXPECT_EQ(Expected(Option(SLIPWAY_USER)),
            "a user of the container, such as 1000, 1000:1000 or www-data");
}

TEST(Expected, NamesTheWordForNoLimit) {
  slipway_option option = Option(SLIPWAY_BYTES);
  option.flags |= SLIPWAY_OR_MAX;
  EXPECT_EQ(Expected(option), "a size, such as 512MiB, or max");
}

TEST(Expected, NamesNoExampleThatIsOutOfRange) {
  EXPECT_EQ(Expected(Option(SLIPWAY_DECIMAL, 2000, 3000)), "a number from 2 to 3");
  EXPECT_EQ(Expected(Option(SLIPWAY_DURATION, 1'000'000'000, kMax)), "a duration of at least 1s");
}

TEST(Expected, NamesNoRangeThatIsEverything) {
  EXPECT_EQ(Expected(Option(SLIPWAY_BYTES, 0, kMax)), "a size, such as 512MiB");
}

TEST(Expected, PermissionsAreInOctal) {
  EXPECT_EQ(Expected(Option(SLIPWAY_MODE)), "permissions in octal, such as 755 or 1777");
  EXPECT_EQ(Expected(Option(SLIPWAY_MODE, 0, 0777)),
            "permissions in octal from 00 to 0777, such as 755");
}

TEST(Expected, NamesTheUnit) {
  EXPECT_EQ(Expected(Option(SLIPWAY_INTEGER, 1, 4194304, "tasks")),
            "an integer from 1 to 4194304, in tasks");
  EXPECT_EQ(Expected(Option(SLIPWAY_DECIMAL, 0, 0, "CPUs")), "a number, in CPUs, such as 1.5");
}

TEST(Expected, APathInTheContainerIsAbsolute) {
  slipway_option option = Option(SLIPWAY_PATH);
  option.flags = SLIPWAY_IN_CONTAINER;
  EXPECT_EQ(Expected(option), "an absolute path inside the container");
}

TEST(Expected, NamesWhatAnEnumOffers) {
  const char* const names[] = {"all", "pid", nullptr};
  slipway_option option = Option(SLIPWAY_ENUM);
  option.names = names;
  EXPECT_EQ(Expected(option), "one of all, pid");
}

TEST(Expected, NamesWhatAListOrAMapHolds) {
  const std::pair<uint32_t, const char*> cases[] = {
      {SLIPWAY_STRING, "texts"},
      {SLIPWAY_BOOL, "true or false"},
      {SLIPWAY_INTEGER, "integers"},
      {SLIPWAY_DECIMAL, "numbers"},
      {SLIPWAY_BYTES, "sizes"},
      {SLIPWAY_DURATION, "durations"},
      {SLIPWAY_PATH, "paths"},
      {SLIPWAY_MODE, "permissions in octal"},
      {SLIPWAY_ENUM, "names, of all, pid"},
      {SLIPWAY_LIST, "lists of integers"},
      {SLIPWAY_MAP, "maps of names to integers"},
      {SLIPWAY_RECORD, "maps of source, target"},
  };
  const char* const names[] = {"all", "pid", nullptr};
  const slipway_option integer = Option(SLIPWAY_INTEGER);
  const std::array<slipway_option, 2> fields = SourceAndTarget();
  for (const auto& [type, plural] : cases) {
    slipway_option element = Option(type);
    element.names = names;
    element.element = &integer;
    element.fields = fields.data();
    element.field_count = fields.size();
    slipway_option option = Option(SLIPWAY_LIST);
    option.element = &element;
    EXPECT_EQ(Expected(option), std::string("a list of ") + plural);
    option.type = SLIPWAY_MAP;
    EXPECT_EQ(Expected(option), std::string("a map of names to ") + plural);
  }
}

TEST(Expected, NamesTheFieldsOfARecord) {
  const std::array<slipway_option, 2> fields = SourceAndTarget();
  slipway_option option = Option(SLIPWAY_RECORD);
  option.fields = fields.data();
  option.field_count = fields.size();
  EXPECT_EQ(Expected(option), "a map of source, target");
}

TEST(Expected, ShowsTheTextFormOfARecord) {
  const std::array<slipway_option, 2> fields = SourceAndTarget();
  slipway_option option = Option(SLIPWAY_RECORD);
  option.fields = fields.data();
  option.field_count = fields.size();
  option.text_form = "source:target";
  EXPECT_EQ(Expected(option), "/source or /source:/target, or a map of source, target");
  slipway_option list = Option(SLIPWAY_LIST);
  list.element = &option;
  EXPECT_EQ(Expected(list),
            "a list of maps of source, target, or of texts such as /source or /source:/target");
}

TEST(Expected, BothBoundsZeroMeansNone) {
  EXPECT_TRUE(InRange(Option(SLIPWAY_INTEGER), kMin));
  EXPECT_TRUE(InRange(Option(SLIPWAY_INTEGER), kMax));
}

TEST(Expected, BoundsAreInclusive) {
  const slipway_option option = Option(SLIPWAY_INTEGER, 0, 64);
  EXPECT_FALSE(InRange(option, -1));
  EXPECT_TRUE(InRange(option, 0));
  EXPECT_TRUE(InRange(option, 64));
  EXPECT_FALSE(InRange(option, 65));
}

}  // namespace
}  // namespace slipway::config
