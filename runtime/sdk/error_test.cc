#include "runtime/sdk/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace slipway {
namespace {

std::string Times(size_t count, const std::string& text) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(ErrorText, OfAMistakeHasItsSubjectAndWhatWouldBeRight) {
  EXPECT_EQ(Error("unknown key", "hostnmae", "did you mean \"hostname\"?").ToString(),
            "unknown key \"hostnmae\" (did you mean \"hostname\"?)");
}

TEST(ErrorText, OfAFailedCallSaysWhatDidNotHappenAndThenWhy) {
  EXPECT_EQ(Error(ENOENT, "open", "/etc/x", "make it").ToString(),
            "cannot open \"/etc/x\": No such file or directory (make it)");
  EXPECT_EQ(Error(EPERM, "start").ToString(), "cannot start: Operation not permitted");
}

TEST(ErrorText, OfAFailedCallThatSaysCannotItselfIsLeftAsItIs) {
  EXPECT_EQ(Error(EPERM, "state: cannot write", "/x").ToString(),
            "state: cannot write \"/x\": Operation not permitted");
}

TEST(ErrorText, OfAFailedCallWithoutAReasonSaysThatItFailed) {
  EXPECT_EQ(Error(0, "open", "x").ToString(), "cannot open \"x\"");
}

TEST(ErrorOption, MayBeAnElementOfAList) {
  EXPECT_EQ(Element("binds", 0), "binds[0]");
  EXPECT_EQ(Error("refused").Option(Element("routes", 12) + ".to")->option,
            std::string("routes[12].to"));
}

TEST(ErrorText, BeginsWithThePlaceAndTheStage) {
  Error error("refused");
  error.At("/web.yaml:3:5").In("uts", "pre-clone");
  EXPECT_EQ(error.ToString(), "/web.yaml:3:5: uts: refused");
  EXPECT_EQ(error.ToString(/*with_hook=*/true), "/web.yaml:3:5: uts: pre-clone: refused");
}

TEST(ErrorText, PrefixSaysWhatItIsAbout) {
  EXPECT_EQ(Error("refused", "x").Prefix("binds[0]").ToString(), "binds[0]: refused \"x\"");
  EXPECT_EQ(Error(EIO, "write", "/x").Prefix("cannot keep the state").ToString(),
            "cannot keep the state: cannot write \"/x\": Input/output error");
}

TEST(ErrorText, EscapesQuotesOfTheSubject) {
  EXPECT_EQ(Error("unknown key", "a \"b\"").ToString(), "unknown key \"a \\\"b\\\"\"");
}

TEST(ErrorText, LetsNothingMoveTheCursor) {
  EXPECT_EQ(Error("unknown key",
                  "a\n\x1b[31m\x7f\xc2\x9b"
                  "1m")
                .ToString(),
            "unknown key \"a??[31m???1m\"");
}

TEST(ErrorText, LetsNothingChangeTheOrderOfWhatIsShown) {
  EXPECT_EQ(
      Error("x", "\xe2\x80\xaetxt.sh \xe2\x81\xa6 \xe2\x80\x8f \xe2\x80\xa8 \xd8\x9c").ToString(),
      "x \"?txt.sh ? ? ? ?\"");
  EXPECT_EQ(Error("x", "\xe2\x80\x93 \xe2\x81\xaf \xd8\x9b").ToString(),
            "x \"\xe2\x80\x93 \xe2\x81\xaf \xd8\x9b\"");
}

TEST(ErrorText, IsUtf8WhateverComesIn) {
  EXPECT_EQ(Error("x", "gr\xc3\xbc\xc3\x9f \xff \xc3 \xed\xa0\x80 \xe2\x82").ToString(),
            "x \"gr\xc3\xbc\xc3\x9f ? ? ??? ??\"");
  EXPECT_EQ(Error("x", "\xf0\x9f\x9a\xa2").ToString(), "x \"\xf0\x9f\x9a\xa2\"");
}

TEST(ErrorText, CutsALongWordAtItsEnd) {
  EXPECT_EQ(Error("unknown key", Times(5000, "x")).ToString(),
            "unknown key \"" + Times(80, "x") + "...\"");
}

TEST(ErrorText, CutsWordsBetweenCharacters) {
  EXPECT_EQ(Error("unknown key", "x" + Times(100, "\xc3\xbc")).ToString(),
            "unknown key \"x" + Times(39, "\xc3\xbc") + "...\"");
}

TEST(ErrorText, CutsALongPathAtItsFront) {
  const std::string path = Times(600, "/a") + "/end";
  const Error error(ENOENT, "open", path);
  EXPECT_EQ(std::string(error->subject), "..." + path.substr(path.size() - 508));
  EXPECT_NE(error.ToString().find("/a/end\""), std::string::npos);
}

TEST(ErrorText, CutsOperationAndHintAtTheirEnd) {
  const Error error("begin " + Times(200, "o"), {}, "begin " + Times(600, "h"));
  EXPECT_EQ(std::string(error->operation), "begin " + Times(118, "o") + "...");
  EXPECT_EQ(std::string(error->hint), "begin " + Times(502, "h") + "...");
}

TEST(ErrorText, TakesEmptyTexts) {
  EXPECT_EQ(Error("refused", std::string_view(), std::string_view()).ToString(), "refused");
}

}  // namespace
}  // namespace slipway
