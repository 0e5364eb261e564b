#include "runtime/cli/words.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::cli {
namespace {

using Texts = std::vector<std::string>;
using Kind = Option::Kind;

constexpr Option kOptions[] = {
    {"config", Kind::kText, "FILE", "the config"},
    {"env", Kind::kTexts, "NAME", "a variable", 'e'},
    {"verbose", Kind::kFlag, "", "say more", 'v'},
};

Result<Words> Split(const Texts& words, bool until_command = true) {
  return SplitWords(kOptions, words, until_command, "runtime --help");
}

std::string ErrorOf(const Texts& words, bool until_command = true) {
  const auto split = Split(words, until_command);
  return split.ok() ? "ok" : split.error().ToString();
}

TEST(SplitWords, TakesTheValueFromTheNextWordOrBehindAnEqualsSign) {
  for (const Texts& words : {Texts{"--config", "a"}, Texts{"--config=a"}}) {
    EXPECT_EQ(Split(words)->Text("config"), "a");
  }
}

TEST(SplitWords, TakesALetterWithItsValueBesideOrBehindIt) {
  for (const Texts& words : {Texts{"-e", "A=b"}, Texts{"-eA=b"}, Texts{"--env=A=b"}}) {
    EXPECT_EQ(Split(words)->Texts("env"), Texts{"A=b"});
  }
}

TEST(SplitWords, KeepsValuesInOrder) {
  EXPECT_EQ(Split({"-e", "A", "--env", "B", "-eC"})->Texts("env"), (Texts{"A", "B", "C"}));
}

TEST(SplitWords, LeavesTheCommandItsOwnOptions) {
  const auto words = Split({"--config", "a", "ls", "--config", "-v", "--", "x"});
  EXPECT_EQ(words->rest, (Texts{"ls", "--config", "-v", "--", "x"}));
  EXPECT_FALSE(words->Has("verbose"));
  EXPECT_FALSE(words->separator);
}

TEST(SplitWords, TwoDashesEndTheOptions) {
  const auto words = Split({"-v", "--", "--config"});
  EXPECT_EQ(words->rest, Texts{"--config"});
  EXPECT_TRUE(words->separator);
}

TEST(SplitWords, OptionsMayStandBehindTheWordsOfAVerb) {
  const auto words = Split({"a", "-v", "b", "--config=c"}, /*until_command=*/false);
  EXPECT_EQ(words->rest, (Texts{"a", "b"}));
  EXPECT_EQ(words->Text("config"), "c");
  EXPECT_TRUE(words->Has("verbose"));
}

TEST(SplitWords, ADashAloneIsAWord) {
  EXPECT_EQ(Split({"--config", "-", "-"})->Text("config"), "-");
  EXPECT_EQ(Split({"--config", "-", "-"})->rest, Texts{"-"});
}

TEST(SplitWords, AValueMayBeAnOptionsName) {
  EXPECT_EQ(Split({"--config", "verbose"})->Text("config"), "verbose");
}

TEST(SplitWords, AValueMayBeEmpty) {
  EXPECT_TRUE(Split({"--config", ""})->Has("config"));
  EXPECT_TRUE(Split({"--config="})->Has("config"));
  EXPECT_EQ(Split({"--config="})->Text("config"), "");
}

TEST(SplitWords, AValueBehindAnEqualsSignMayLookLikeAnOption) {
  EXPECT_EQ(Split({"--config=--env"})->Text("config"), "--env");
}

TEST(SplitWords, RefusesAForgottenValue) {
  for (const Texts& words : {Texts{"--config"}, Texts{"--config", "--verbose"}}) {
    EXPECT_EQ(ErrorOf(words), "--config needs a value (write --config FILE)");
  }
  EXPECT_EQ(ErrorOf({"-e"}), "-e needs a value (write -e NAME)");
}

TEST(SplitWords, RefusesTheValueOfAFlag) {
  EXPECT_EQ(ErrorOf({"--verbose=yes"}), "--verbose takes no value");
  EXPECT_EQ(ErrorOf({"--verbose="}), "--verbose takes no value");
}

TEST(SplitWords, RefusesTheSecondOfWhatIsGivenOnce) {
  EXPECT_EQ(ErrorOf({"--config=a", "--config=a"}), "--config was given twice (give it once)");
}

TEST(SplitWords, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(ErrorOf({"--conf", "a"}),
            "unknown option \"--conf\" (did you mean --config? See runtime --help)");
  EXPECT_EQ(ErrorOf({"--zzz=a"}), "unknown option \"--zzz\" (see runtime --help)");
  EXPECT_EQ(ErrorOf({"-xyz"}), "unknown option \"-x\" (see runtime --help)");
}

TEST(Number, IsAWholeOneInItsRange) {
  EXPECT_EQ(**Split({"--config=7"})->Number("config", 0, 9), 7U);
  EXPECT_FALSE(Split({})->Number("config", 0, 9)->has_value());
}

TEST(Number, SaysWhatIsWrongWithAnother) {
  const auto error = [](const std::string& text) {
    return Split({"--config=" + text})->Number("config", 0, 9).error().ToString();
  };
  EXPECT_EQ(error("10"), "--config: out of range \"10\" (write one from 0 to 9)");
  EXPECT_EQ(error("99999999999"), "--config: out of range \"99999999999\" (write one from 0 to 9)");
  EXPECT_EQ(error("x"), "--config: not a whole number \"x\" (write one from 0 to 9)");
  EXPECT_EQ(error(""), "--config: not a whole number (write one from 0 to 9)");
}

}  // namespace
}  // namespace slipway::cli
