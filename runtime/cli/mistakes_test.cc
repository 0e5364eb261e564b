#include "runtime/cli/mistakes.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::cli {
namespace {

Mistake Unknown(std::string text, int column) {
  return {.error = Error("unknown option", "hostnam", "did you mean \"hostname\"?")
                       .At("my.yaml:3:" + std::to_string(column))
                       .In("uts", ""),
          .file = "my.yaml",
          .line = 3,
          .column = column,
          .text = std::move(text)};
}

constexpr char kLine[] =
    "runtime: my.yaml:3:11: uts: unknown option \"hostnam\" (did you mean \"hostname\"?)\n";

TEST(MistakesAsText, ShowsTheLineAndThePlace) {
  EXPECT_EQ(MistakesAsText({Unknown("  - uts: {hostnam: x}", 11)}),
            std::string(kLine) +
                "    3 |   - uts: {hostnam: x}\n"
                "      |           ^\n");
}

TEST(MistakesAsText, CountsCharactersUpToThePlace) {
  EXPECT_EQ(MistakesAsText({Unknown("ääääää", 11)}), std::string(kLine) +
                                                         "    3 | ääääää\n"
                                                         "      |      ^\n");
}

TEST(MistakesAsText, TakesTabsAndControlsForOneColumn) {
  EXPECT_EQ(MistakesAsText({Unknown("\t\x1b[31mabcdefg", 11)}), std::string(kLine) +
                                                                    "    3 |  ?[31mabcdefg\n"
                                                                    "      |           ^\n");
}

TEST(MistakesAsText, CutsALongLineAroundThePlace) {
  const std::string text =
      MistakesAsText({Unknown(std::string(500, 'a') + "X" + std::string(500, 'b'), 501)});
  const std::string expected = "    3 | " + std::string(60, 'a') + "X" + std::string(59, 'b') +
                               "\n      | " + std::string(60, ' ') + "^\n";
  EXPECT_NE(text.find(expected), std::string::npos) << text;
}

TEST(MistakesAsText, CutsALineThatIsNoUtf8) {
  const std::string text = MistakesAsText({Unknown(std::string(500, '\x80'), 1)});
  EXPECT_NE(text.find("    3 | ????"), std::string::npos) << text;
  MistakesAsText({Unknown("a" + std::string(500, '\x80'), 501)});
}

TEST(MistakesAsText, ShowsNoLineWhereThereIsNone) {
  Mistake mistake{.error = Error("no such stage", "x").At("--set x.y")};
  EXPECT_EQ(MistakesAsText({mistake}), "runtime: --set x.y: no such stage \"x\"\n");
}

TEST(MistakesAsJson, HasAnObjectForEach) {
  EXPECT_EQ(MistakesAsJson("my.yaml", {}, {}, {Unknown("", 11)}),
            "{\"config\":\"my.yaml\",\"ok\":false,\"stages\":[],\"not_available\":[],\"mistakes\":["
            "{\"file\":\"my.yaml\",\"line\":3,\"column\":11,\"stage\":\"uts\",\"option\":\"\","
            "\"message\":\"unknown option \\\"hostnam\\\"\","
            "\"hint\":\"did you mean \\\"hostname\\\"?\",\"cure\":\"\"}]}\n");
}

TEST(MistakesAsJson, OfAGoodConfigNamesItsStages) {
  const Error not_here = NotHere(Error("no"), "do this").In("cgroup-v2", "");
  EXPECT_EQ(MistakesAsJson("my.yaml", {"uts", "pid"}, {not_here}, {}),
            "{\"config\":\"my.yaml\",\"ok\":true,\"stages\":[\"uts\",\"pid\"],"
            "\"not_available\":[{\"stage\":\"cgroup-v2\",\"option\":\"\",\"message\":\"no\","
            "\"hint\":\"\",\"cure\":\"do this\"}],\"mistakes\":[]}\n");
}

}  // namespace
}  // namespace slipway::cli
