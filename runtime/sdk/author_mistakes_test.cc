// A stage's author who makes a mistake that the compiler can see reads what would be right.

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "runtime/sdk/testing/process.h"

namespace {

using slipway::testing::RunProgram;

struct Mistake {
  const char* name;
  const char* before;   // at global scope
  const char* options;  // of the class, instead of a table of one text
  const char* members;
  const char* stage;  // SLIPWAY_STAGE(Mine, ...)
  const char* message;
};

constexpr char kHook[] = "Status InChild(Child&) override { return Ok(); } ";
constexpr char kInfo[] = "{.name = \"mine\", .summary = \"Mine\"}";

std::string Source(const Mistake& mistake) {
  return std::string("#include \"runtime/sdk/stage.h\"\nusing namespace slipway;\n") +
         mistake.before + "\nclass Mine final : public Stage {\n public:\n" +
         "  static constexpr auto Options() { return slipway::OptionTable(" + mistake.options +
         "); }\n" + mistake.members + "\n};\nSLIPWAY_STAGE(Mine, " + mistake.stage + ");\n";
}

slipway::testing::RunResult Compile(const Mistake& mistake) {
  const std::string path = testing::TempDir() + "/" + mistake.name + ".cc";
  std::ofstream(path) << Source(mistake);
  return RunProgram({"/usr/bin/c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                     "-Wno-unused-private-field", "-I.", path});
}

class AuthorMistake : public testing::TestWithParam<Mistake> {};

TEST_P(AuthorMistake, IsNamed) {
  const auto result = Compile(GetParam());
  EXPECT_EQ(result.status == 0, *GetParam().message == '\0') << result.err;
  EXPECT_NE(result.err.find(GetParam().message), std::string::npos) << result.err;
}

const std::string kTwoMembers = std::string(kHook) + "int64_t number = 0; std::string text;";
const std::string kNumber = std::string(kHook) + "int number = 0;";
const std::string kShape = std::string(kHook) + "Shape shape{};";
const std::string kBox = std::string(kHook) + "Box box;";
constexpr char kShapeOption[] = "slipway::Option<&Mine::shape>(\"shape\", \"Shape\")";

const Mistake kMistakes[] = {
    {"None", "",
     "slipway::Option<&Mine::number>(\"number\", \"Number\"), "
     "slipway::Option<&Mine::text>(\"text\", \"Text\")",
     kTwoMembers.c_str(), kInfo, ""},
    {"NoOptionsIsNone", "", "", kHook, kInfo, ""},
    {"TypeThatIsNoOptions", "", "slipway::Option<&Mine::number>(\"number\", \"Number\")",
     kNumber.c_str(), kInfo, "the member of an option is a std::string, bool, int64_t"},
    {"EnumWithoutNames", "enum class Shape { kRound };", kShapeOption, kShape.c_str(), kInfo,
     "specialise slipway::kNamesOf for this enum"},
    {"EnumNamesWithoutEnd",
     "enum class Shape { kRound };\ntemplate <> inline constexpr std::array<const char*, 1> "
     "slipway::kNamesOf<Shape>{\"round\"};",
     kShapeOption, kShape.c_str(), kInfo, "slipway::kNamesOf ends with nullptr"},
    {"RecordWithoutOptions",
     "struct Box { static constexpr auto Options() { return slipway::OptionTable(); } };",
     "slipway::Option<&Mine::box>(\"box\", \"Box\")", kBox.c_str(), kInfo,
     "a record has at least one option"},
    {"RequiredWithFallback", "",
     "slipway::Option<&Mine::text>(\"text\", \"Text\", {.fallback = \"a\", .required = true})",
     kTwoMembers.c_str(), kInfo, "an option that is required has no fallback"},
    {"HookMisspelt", "", "", "Status Preclone(Plan&) { return Ok(); }", kInfo,
     "the stage overrides no hook"},
    {"HookOfOtherArguments", "", "", "Status InChild(Child) { return Ok(); }", kInfo,
     "Status InChild(Child&)"},
    {"ProbeOfNoArguments", "", "", "Status Probe() { return Ok(); }", kInfo,
     "Status Probe(Context&)"},
    {"EightTokens", "", "", kHook,
     "{.name = \"mine\", .summary = \"Mine\", "
     ".provides = {\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\"}}",
     "a list of tokens holds seven at most"},
};

INSTANTIATE_TEST_SUITE_P(, AuthorMistake, testing::ValuesIn(kMistakes),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
