#include "runtime/cli/man.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(Roff, LeavesNothingToRoff) {
  EXPECT_EQ(Roff(".SH it's -a \\n `b` \"c\" ~^"),
            "\\&.SH it\\(aqs \\-a \\(rsn \\(gab\\(ga \\(dqc\\(dq \\(ti\\(ha");
  EXPECT_EQ(Roff("'br"), "\\(aqbr");
}

TEST(Roff, LetsALineEndWithinAList) { EXPECT_EQ(Roff("a,b, c,"), "a,\\:b, c,"); }

TEST(StyledSynopsis, MarksOptionsAndWhatStandsForSomething) {
  EXPECT_EQ(StyledSynopsis("[--all] ID [SIGNAL...]"),
            "[\\fB\\-\\-all\\fR] \\fIID\\fR [\\fISIGNAL\\fR\\&.\\&.\\&.]");
}

TEST(SplitHelp, TakesExamplesAndTheExitStatusOut) {
  const ManTexts texts = SplitHelp(
      "Does it.\n\n  runtime it\n\nAs here:\n\n  runtime it now\n\nExit status: its own.\n");
  EXPECT_EQ(texts.description, "Does it.\n\nAs here:\n\n  runtime it now\n\n");
  EXPECT_EQ(texts.examples, "  runtime it\n\n");
  EXPECT_EQ(texts.exit_status, "Its own.\n\n");
}

TEST(ManPage, BeginsWithItsName) {
  EXPECT_EQ(ManPage({"runtime-gc", "other"}, '1', "tidy up", "0.1").text(),
            ".TH \"RUNTIME\\-GC\" 1 \"\" \"Slipway 0.1\" \"Slipway\"\n"
            ".nh\n"
            ".nr HY 0\n"
            ".ad l\n"
            ".SH \"NAME\"\n"
            "runtime\\-gc, other \\- tidy up\n");
}

// What is added to a page.
std::string Added(void (*add)(ManPage& page)) {
  ManPage page({"x"}, '1', "y", "z");
  const size_t begin = page.text().size();
  add(page);
  return page.text().substr(begin);
}

TEST(ManPage, HasParagraphsAndExamples) {
  EXPECT_EQ(Added([](ManPage& page) { page.Paragraphs("one\ntwo\n\n  .three\n    four\n"); }),
            ".PP\none two\n.PP\n.RS 4\n.EX\n\\&.three\n  four\n.EE\n.RE\n");
}

TEST(ManPage, SaysWhatExamplesAreFor) {
  EXPECT_EQ(
      Added([](ManPage& page) { page.Examples("  a -b    first\n          and more\n\n  c\n"); }),
      ".TP\n\\fBa \\-b\\fR\nFirst\nand more\n.PP\n\\fBc\\fR\n");
}

TEST(ManPage, HasOptionsButThoseWithoutHelp) {
  EXPECT_EQ(Added([](ManPage& page) {
              const Option options[] = {{"env", Option::Kind::kTexts, "NAME", "a variable", 'e'},
                                        {"own", Option::Kind::kFlag}};
              page.Options(options);
            }),
            ".TP\n\\fB\\-e\\fR, \\fB\\-\\-env\\fR \\fINAME\\fR\nA variable.\n");
}

TEST(ManPage, NamesOtherPages) {
  EXPECT_EQ(Added([](ManPage& page) {
              page.SeeAlso({"a(1)", "b(5)"});
            }),
            ".SH \"SEE ALSO\"\n\\fBa\\fR(1), \\fBb\\fR(5)\n");
}

}  // namespace
}  // namespace slipway::cli
