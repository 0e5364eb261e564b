#include "runtime/stage_test/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::stage_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Match Exact(const std::string& text) { return {.kind = Match::Kind::kExact, .texts = {text}}; }
Match Contains(const std::vector<std::string>& texts) {
  return {.kind = Match::Kind::kContains, .texts = texts};
}
Match Regex(const std::string& text) { return {.kind = Match::Kind::kRegex, .texts = {text}}; }

std::vector<std::string> OfOutput(const Match& match, const std::string& out) {
  return Differences({.out = match}, {.status = 0, .out = out});
}

TEST(DifferencesTest, TakesATextWithAndWithoutItsLastNewline) {
  EXPECT_THAT(OfOutput(Exact("a\nb"), "a\nb\n"), IsEmpty());
  EXPECT_THAT(OfOutput(Exact("a\nb\n"), "a\nb\n"), IsEmpty());
  EXPECT_THAT(OfOutput(Exact(""), ""), IsEmpty());
  EXPECT_THAT(OfOutput(Exact("a\n"), "a"),
              ElementsAre("stdout differs in the newline at its end:\n  a\n"));
}

TEST(DifferencesTest, ShowsLinesThatOnlyOneHas) {
  EXPECT_THAT(OfOutput(Exact("a\nb\nc"), "a\nc\nd\n"),
              ElementsAre("stdout differs (- expected, + got):\n  a\n- b\n  c\n+ d\n"));
  EXPECT_THAT(OfOutput(Exact("a"), ""), ElementsAre("stdout differs (- expected, + got):\n- a\n"));
}

TEST(DifferencesTest, EscapesWhatMovesTheCursor) {
  EXPECT_THAT(OfOutput(Exact("a"), "\x1b[2J"),
              ElementsAre("stdout differs (- expected, + got):\n- a\n+ \\x1b[2J\n"));
}

TEST(DifferencesTest, LooksForEachText) {
  EXPECT_THAT(OfOutput(Contains({"b", "a"}), "xabx"), IsEmpty());
  EXPECT_THAT(OfOutput(Contains({"a", "c"}), "ab"),
              ElementsAre("stdout does not contain \"c\"; got:\n  ab\n"));
  EXPECT_THAT(OfOutput(Contains({"c"}), ""),
              ElementsAre("stdout does not contain \"c\"; got nothing"));
}

TEST(DifferencesTest, FindsAnExpressionInALine) {
  EXPECT_THAT(OfOutput(Regex("^b+$"), "a\nbb\n"), IsEmpty());
  EXPECT_THAT(OfOutput(Regex("^c"), "ac"), ElementsAre("stdout does not match /^c/; got:\n  ac\n"));
}

TEST(DifferencesTest, FindsAnExpressionInALargeText) {
  const std::string large(size_t{4} << 20, 'a');
  EXPECT_THAT(OfOutput(Regex("(a|b)*c"), large + "c"), IsEmpty());
  EXPECT_THAT(OfOutput(Regex("c$"), std::string("a\0c", 3)), IsEmpty());
}

TEST(DifferencesTest, TellsTheRuntimesErrorFromWarningsAndOutput) {
  const std::string err = "runtime: warning: odd\nmine: no\nruntime: bad.yaml:1:1: wrong\n";
  const stage_test::Run run = {.status = 125, .err = err};
  EXPECT_THAT(Differences({.error = Exact("bad.yaml:1:1: wrong"), .status = 125}, run), IsEmpty());
  EXPECT_THAT(Differences({.error = Contains({"odd"}), .status = 125}, run),
              ElementsAre("the runtime's error does not contain \"odd\"; got:\n  bad.yaml:1:1: "
                          "wrong\n"));
}

TEST(DifferencesTest, ShowsStderrWithAnUnexpectedStatus) {
  EXPECT_THAT(Differences({}, {.status = 3, .err = "why\n"}),
              ElementsAre("the exit status is 3, expected 0; stderr:\n  why\n"));
  EXPECT_THAT(Differences({.status = 4}, {.status = 3}),
              ElementsAre("the exit status is 3, expected 4"));
  EXPECT_THAT(Differences({}, {.status = 137, .in_time = false}),
              ElementsAre("took too long, and was killed"));
}

TEST(IsRegexTest, SaysWhatIsWrong) {
  std::string why;
  EXPECT_TRUE(IsRegex("^a(b|c)$", why));
  EXPECT_FALSE(IsRegex("a(", why));
  EXPECT_NE(why, "");
}

}  // namespace
}  // namespace slipway::stage_test
