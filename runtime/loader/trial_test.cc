#include "runtime/loader/trial.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace slipway::loader {
namespace {

constexpr std::chrono::seconds kPatience{20};

class Trial : public ::testing::Test {
 protected:
  // The error; "" when the stage was loaded.
  std::string Load(const std::string& name, std::chrono::seconds patience = kPatience) {
    auto stage = LoadAfterTrial(loader_, {.name = name}, patience);
    return stage.ok() ? std::string() : stage.error().ToString();
  }

  Loader loader_{{.plugin_dirs = {"tests/plugins"}}};
};

TEST_F(Trial, OfAGoodPluginLoadsIt) {
  const auto stage = LoadAfterTrial(loader_, {.name = "good-plain-c"}, kPatience);
  ASSERT_TRUE(stage.ok()) << stage.error().ToString();
  EXPECT_STREQ((*stage)->name, "good-plain-c");
}

TEST_F(Trial, OfABadPluginGivesTheErrorOfLoading) {
  EXPECT_EQ(Load("bad-no-symbol").find("bad-no-symbol: no symbol \"slipway_plugin_0\""), 0u)
      << Load("bad-no-symbol");
}

TEST_F(Trial, OfAnUnknownPluginSaysSo) {
  EXPECT_EQ(Load("nowhere").find("unknown stage \"nowhere\""), 0u) << Load("nowhere");
}

TEST_F(Trial, NamesAConstructorThatThrows) {
  EXPECT_EQ(Load("bad-constructor-throws"),
            "bad-constructor-throws: crashed while it was loaded: Aborted (a bug of the stage)");
}

TEST_F(Trial, NamesAConstructorThatEndsTheProcess) {
  EXPECT_EQ(Load("bad-constructor-exits"),
            "bad-constructor-exits: ended the process while it was loaded (a bug of the stage, "
            "exit status 7)");
}

TEST_F(Trial, NamesAConstructorThatHangs) {
  EXPECT_EQ(Load("bad-constructor-hangs", std::chrono::seconds(1)),
            "bad-constructor-hangs: hung while it was loaded: no end within 1 s (a bug of the "
            "stage)");
}

}  // namespace
}  // namespace slipway::loader
