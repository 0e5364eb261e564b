#include "runtime/config/override.h"

#include <gtest/gtest.h>

namespace slipway::config {
namespace {

TEST(Override, SplitsAtTheFirstDotAndTheFirstEquals) {
  struct Case {
    const char* written;
    const char* stage;
    const char* option;
    const char* text;
  };
  const Case cases[] = {
      {"uts.hostname=web", "uts", "hostname", "web"},
      {"cgroup-v2.pids.max=20", "cgroup-v2", "pids.max", "20"},
      {"a.b=c=d", "a", "b", "c=d"},
      {"a.b=", "a", "b", ""},
      {"a.b=1.5", "a", "b", "1.5"},
  };
  for (const Case& c : cases) {
    const Result<Override> result = ParseOverride(c.written);
    ASSERT_TRUE(result.ok()) << c.written;
    EXPECT_EQ(result.value().stage, c.stage);
    EXPECT_EQ(result.value().option, c.option);
    EXPECT_EQ(result.value().text, c.text);
  }
}

TEST(Override, AnotherFormIsRefused) {
  for (const char* written : {"a", "a.b", "a=b", "a=b.c", ".b=c", "a.=c", "=", ".="}) {
    const Result<Override> result = ParseOverride(written);
    ASSERT_FALSE(result.ok()) << written;
    EXPECT_EQ(result.error().ToString(), "--set: not of the form stage.option=value: \"" +
                                             std::string(written) +
                                             "\" (such as --set uts.hostname=web)");
  }
}

TEST(Override, AnEmptyOneIsRefused) {
  const Result<Override> result = ParseOverride("");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().ToString(),
            "--set: not of the form stage.option=value: (such as --set uts.hostname=web)");
}

}  // namespace
}  // namespace slipway::config
