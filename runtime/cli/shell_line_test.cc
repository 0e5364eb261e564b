#include "runtime/cli/shell_line.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

constexpr char kBreaks[] = " \t\n\"'@><=;|&(:";

using Texts = std::vector<std::string>;

TEST(ReadShellLine, EndsWithTheWordThatIsTyped) {
  EXPECT_EQ(ReadShellLine("runtime  li", kBreaks).words, (Texts{"runtime", "li"}));
  EXPECT_EQ(ReadShellLine("runtime ", kBreaks).words, (Texts{"runtime", ""}));
  EXPECT_EQ(ReadShellLine("", kBreaks).words, (Texts{""}));
}

TEST(ReadShellLine, TakesQuotesAway) {
  EXPECT_EQ(ReadShellLine(R"(r 'a b' "c\" \d" e\ f '' g)", kBreaks).words,
            (Texts{"r", "a b", "c\" \\d", "e f", "", "g"}));
}

TEST(ReadShellLine, ExpandsNothing) {
  EXPECT_EQ(ReadShellLine("r $HOME `id` \"$x\"", kBreaks).words,
            (Texts{"r", "$HOME", "`id`", "$x"}));
}

struct Kept {
  const char* line;
  size_t kept;
  char quote;
};

class ReadShellLineKept : public ::testing::TestWithParam<Kept> {};

TEST_P(ReadShellLineKept, IsWhatBashLeavesAlone) {
  const ShellLine line = ReadShellLine(GetParam().line, kBreaks);
  EXPECT_EQ(line.kept, GetParam().kept);
  EXPECT_EQ(line.quote, GetParam().quote);
}

INSTANTIATE_TEST_SUITE_P(All, ReadShellLineKept,
                         ::testing::Values(Kept{"r abc", 0, 0}, Kept{"r a=bc", 2, 0},
                                           Kept{"r a=b:c", 4, 0}, Kept{"r a=b x", 0, 0},
                                           Kept{"r a\\=b", 0, 0}, Kept{"r 'a=b'c", 0, 0},
                                           Kept{"r 'a=b", 0, '\''}, Kept{"r x=\"a b", 2, '"'},
                                           Kept{"r x=y\"a b", 3, '"'}));

TEST(ReadShellLine, BreaksWhereItIsTold) { EXPECT_EQ(ReadShellLine("r a=b:c", "=").kept, 2u); }

TEST(QuotedForShell, LeavesNothingToTheShell) {
  EXPECT_EQ(QuotedForShell("sandbox-1.yaml", 0), "sandbox-1.yaml");
  EXPECT_EQ(QuotedForShell("a b;$(c)`d`!~*'", 0), "a\\ b\\;\\$\\(c\\)\\`d\\`\\!\\~\\*\\'");
}

TEST(QuotedForShell, WithinDoubleQuotes) {
  EXPECT_EQ(QuotedForShell("a b$c`\"\\", '"'), "a b\\$c\\`\\\"\\\\");
  EXPECT_EQ(QuotedForShell("a!b", '"'), std::nullopt);
}

TEST(QuotedForShell, WithinSingleQuotes) {
  EXPECT_EQ(QuotedForShell("a $(b)\\", '\''), "a $(b)\\");
  EXPECT_EQ(QuotedForShell("it's", '\''), std::nullopt);
}

TEST(QuotedForShell, HasNoControlCharacters) {
  for (const char quote : {'\0', '\'', '"'}) {
    EXPECT_EQ(QuotedForShell("a\nb", quote), std::nullopt);
    EXPECT_EQ(QuotedForShell("\x1b[31m", quote), std::nullopt);
  }
}

}  // namespace
}  // namespace slipway::cli
