#include "runtime/config/number.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace slipway::config {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

constexpr std::string_view kSizeUnits =
    "units are KiB MiB GiB TiB, or K M G T for the same; a plain number is in bytes";

using Parse = Result<int64_t> (*)(std::string_view);

void ExpectNumbers(Parse parse, const std::vector<std::pair<std::string, int64_t>>& cases) {
  for (const auto& [text, number] : cases) {
    const Result<int64_t> result = parse(text);
    ASSERT_TRUE(result.ok()) << text << ": " << result.error().ToString();
    EXPECT_EQ(*result, number) << text;
  }
}

void ExpectErrors(Parse parse, const std::vector<std::pair<std::string, std::string>>& cases) {
  for (const auto& [text, line] : cases) {
    const Result<int64_t> result = parse(text);
    ASSERT_FALSE(result.ok()) << text << " -> " << *result;
    EXPECT_EQ(result.error().ToString(), line);
  }
}

TEST(Integer, DecimalHexadecimalAndOctal) {
  ExpectNumbers(ParseInteger, {{"0", 0},
                               {"20", 20},
                               {"-5", -5},
                               {"+5", 5},
                               {"0x1f", 31},
                               {"0xFF", 255},
                               {"-0x10", -16},
                               {"0o17", 15},
                               {"9223372036854775807", kMax},
                               {"-9223372036854775808", kMin}});
}

TEST(Integer, WhatIsNotOne) {
  ExpectErrors(ParseInteger, {{"", "not an integer"},
                              {"-", "not an integer \"-\""},
                              {"many", "not an integer \"many\""},
                              {"1.5", "not an integer \"1.5\""},
                              {"1e3", "not an integer \"1e3\""},
                              {"1_000", "not an integer \"1_000\""},
                              {" 1", "not an integer \" 1\""},
                              {"--1", "not an integer \"--1\""},
                              {"0x", "not an integer \"0x\""},
                              {"0xg", "not an integer \"0xg\""},
                              {"0x-1", "not an integer \"0x-1\""},
                              {"0o8", "not an integer \"0o8\""},
                              {"20a", "not an integer \"20a\""}});
}

TEST(Integer, BeyondSixtyFourBits) {
  ExpectErrors(ParseInteger, {{"9223372036854775808", "out of range \"9223372036854775808\""},
                              {"-9223372036854775809", "out of range \"-9223372036854775809\""},
                              {"0xffffffffffffffff", "out of range \"0xffffffffffffffff\""}});
}

TEST(Integer, ALeadingZeroIsRefused) {
  ExpectErrors(ParseInteger,
               {{"020", "a leading zero \"020\" (write 20, or 0o20 in octal)"},
                {"-0755", "a leading zero \"-0755\" (write -755, or -0o755 in octal)"},
                {"089", "a leading zero \"089\" (write 89)"},
                {"00", "a leading zero \"00\" (write 0, or 0o0 in octal)"}});
}

TEST(Decimal, UpToThreePlaces) {
  ExpectNumbers(ParseDecimal, {{"0", 0},
                               {"1", 1000},
                               {"1.5", 1500},
                               {"0.001", 1},
                               {"-0.5", -500},
                               {"+2.25", 2250},
                               {"1.500", 1500},
                               {"9223372036854775.807", kMax}});
}

TEST(Decimal, WhatIsNotOne) {
  ExpectErrors(ParseDecimal, {{"", "not a number"},
                              {".5", "not a number \".5\""},
                              {"1.", "not a number \"1.\""},
                              {"1.5x", "not a number \"1.5x\""},
                              {"1.2.3", "not a number \"1.2.3\""},
                              {"1,5", "not a number \"1,5\""},
                              {"0.0001", "more than three decimal places \"0.0001\""},
                              {"1.5000", "more than three decimal places \"1.5000\""},
                              {"9223372036854775.808", "out of range \"9223372036854775.808\""},
                              {"99999999999999999999", "out of range \"99999999999999999999\""}});
}

TEST(Bytes, PlainAndWithBinaryUnits) {
  ExpectNumbers(ParseBytes, {{"0", 0},
                             {"4096", 4096},
                             {"1K", 1024},
                             {"1KiB", 1024},
                             {"512M", 536870912},
                             {"512MiB", 536870912},
                             {"1G", 1073741824},
                             {"1GiB", 1073741824},
                             {"1T", 1099511627776},
                             {"1TiB", 1099511627776},
                             {"1.5GiB", 1610612736},
                             {"0.5K", 512},
                             {"1.0", 1},
                             {"0.0001220703125GiB", 131072},
                             {"9223372036854775807", kMax},
                             {"8388607TiB", 8388607 * (int64_t{1} << 40)}});
}

TEST(Bytes, WhatIsNotOne) {
  ExpectErrors(
      ParseBytes,
      {{"", "not a size"},
       {"MiB", "not a size \"MiB\""},
       {"-1", "not a size \"-1\""},
       {"512 MiB", "not a size \"512 MiB\" (write 512MiB; " + std::string(kSizeUnits) + ")"},
       {"512B", "not a size \"512B\" (write 512; " + std::string(kSizeUnits) + ")"},
       {"512XiB", "not a size \"512XiB\" (" + std::string(kSizeUnits) + ")"},
       {"512MiBs", "not a size \"512MiBs\" (" + std::string(kSizeUnits) + ")"},
       {"1.", "not a size \"1.\""}});
}

TEST(Bytes, UnitsOfTwoReadingsAreRefused) {
  ExpectErrors(ParseBytes,
               {{"64kB", "not a size \"64kB\" (write 64KiB; " + std::string(kSizeUnits) + ")"},
                {"512MB", "not a size \"512MB\" (write 512MiB; " + std::string(kSizeUnits) + ")"},
                {"512m", "not a size \"512m\" (write 512MiB; " + std::string(kSizeUnits) + ")"},
                {"512mib", "not a size \"512mib\" (write 512MiB; " + std::string(kSizeUnits) + ")"},
                {"1.5GB", "not a size \"1.5GB\" (write 1.5GiB; " + std::string(kSizeUnits) + ")"},
                {"1tb", "not a size \"1tb\" (write 1TiB; " + std::string(kSizeUnits) + ")"}});
}

TEST(Bytes, FractionsMustComeOutWhole) {
  ExpectErrors(ParseBytes, {{"1.5", "not a whole number of bytes \"1.5\""},
                            {"0.3K", "not a whole number of bytes \"0.3K\""},
                            {"1.0000000000000000001T",
                             "not a whole number of bytes \"1.0000000000000000001T\""}});
}

TEST(Bytes, BeyondSixtyFourBits) {
  ExpectErrors(ParseBytes, {{"8388608TiB", "out of range \"8388608TiB\""},
                            {"9223372036854775808", "out of range \"9223372036854775808\""},
                            {"9223372036854775807.5K", "out of range \"9223372036854775807.5K\""}});
}

TEST(Duration, EveryUnit) {
  ExpectNumbers(ParseDuration, {{"1ns", 1},
                                {"1us", 1000},
                                {"100ms", 100'000'000},
                                {"1s", 1'000'000'000},
                                {"1m", 60'000'000'000},
                                {"2h", 7'200'000'000'000},
                                {"1.5s", 1'500'000'000},
                                {"0s", 0},
                                {"9223372036854775807ns", kMax}});
}

TEST(Duration, WhatIsNotOne) {
  ExpectErrors(ParseDuration, {{"", "not a duration"},
                               {"soon", "not a duration \"soon\""},
                               {"-1s", "not a duration \"-1s\""},
                               {"1 s", "not a duration \"1 s\" (units are ns us ms s m h)"},
                               {"1S", "not a duration \"1S\" (units are ns us ms s m h)"},
                               {"1h30m", "not a duration \"1h30m\" (units are ns us ms s m h)"},
                               {"0.5ns", "not a whole number of nanoseconds \"0.5ns\""},
                               {"2562048h", "out of range \"2562048h\""}});
}

TEST(SignedDuration, HasASignOrNone) {
  ExpectNumbers(
      ParseSignedDuration,
      {{"-1.5s", -1'500'000'000}, {"+1m", 60'000'000'000}, {"2h", 7'200'000'000'000}, {"-0s", 0}});
}

TEST(SignedDuration, WhatIsNotOne) {
  ExpectErrors(ParseSignedDuration, {{"-", "not a duration \"-\""},
                                     {"--1s", "not a duration \"--1s\""},
                                     {"-5",
                                      "a duration without a unit \"-5\" (write -5ms or -5s; "
                                      "units are ns us ms s m h)"},
                                     {"-soon", "not a duration \"-soon\""}});
}

TEST(Duration, NeedsAUnit) {
  ExpectErrors(ParseDuration, {{"100",
                                "a duration without a unit \"100\" (write 100ms or 100s; "
                                "units are ns us ms s m h)"},
                               {"0",
                                "a duration without a unit \"0\" (write 0ms or 0s; units are "
                                "ns us ms s m h)"}});
}

TEST(Mode, IsOctalHoweverItIsWritten) {
  ExpectNumbers(ParseMode, {{"755", 0755},
                            {"0755", 0755},
                            {"0o755", 0755},
                            {"1777", 01777},
                            {"0", 0},
                            {"000", 0},
                            {"07777", 07777}});
}

TEST(Mode, WhatIsNotOne) {
  ExpectErrors(ParseMode,
               {{"", "not permissions in octal"},
                {"999", "not permissions in octal \"999\""},
                {"rwx", "not permissions in octal \"rwx\""},
                {"0x1ff", "not permissions in octal \"0x1ff\""},
                {"0o", "not permissions in octal \"0o\""},
                {"-755", "not permissions in octal \"-755\""},
                {"7 5", "not permissions in octal \"7 5\""},
                {"77777", "out of range \"77777\""},
                {"7777777777777777777777777", "out of range \"7777777777777777777777777\""}});
}

TEST(Bool, IsTrueOrFalse) { ExpectNumbers(ParseBool, {{"true", 1}, {"false", 0}}); }

TEST(Bool, NothingElseIsOne) {
  ExpectErrors(ParseBool, {{"yes", "neither true nor false \"yes\""},
                           {"no", "neither true nor false \"no\""},
                           {"on", "neither true nor false \"on\""},
                           {"off", "neither true nor false \"off\""},
                           {"1", "neither true nor false \"1\""},
                           {"True", "neither true nor false \"True\""},
                           {"", "neither true nor false"}});
}

}  // namespace
}  // namespace slipway::config
