#include "runtime/config/override.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::config {
namespace {

TEST(Override, SplitsAtTheFirstDotAndTheFirstEquals) {
  struct Case {
    const char* written;
    const char* stage;
    const char* option;
    const char* text;
    bool append = false;
  };
  const Case cases[] = {
      {"uts.hostname=web", "uts", "hostname", "web"},
      {"cgroup-v2.pids.max=20", "cgroup-v2", "pids.max", "20"},
      {"a.b=c=d", "a", "b", "c=d"},
      {"a.b=", "a", "b", ""},
      {"a.b=1.5", "a", "b", "1.5"},
      {"a.b+=c", "a", "b", "c", true},
      {"a.b+c=d", "a", "b+c", "d"},
      {"a.b=+=c", "a", "b", "+=c"},
      {"process.env.A=b", "process", "env.A", "b"},
  };
  for (const Case& c : cases) {
    const Result<Override> result = ParseOverride(c.written);
    ASSERT_TRUE(result.ok()) << c.written;
    EXPECT_EQ(result.value().stage, c.stage);
    EXPECT_EQ(result.value().option, c.option);
    EXPECT_EQ(result.value().text, c.text);
    EXPECT_EQ(result.value().append, c.append);
    EXPECT_EQ(result.value().written, std::string("--set ") + c.written);
    EXPECT_EQ(result.value().name, std::string("--set ") + c.stage + "." + c.option);
  }
}

TEST(Override, AnotherFormIsRefused) {
  for (const char* written :
       {"a", "a.b", "a=b", "a=b.c", ".b=c", "a.=c", "=", ".=", "+=", "a.+=b", "a+=b"}) {
    const Result<Override> result = ParseOverride(written);
    ASSERT_FALSE(result.ok()) << written;
    EXPECT_EQ(result.error().ToString(), "--set: not of the form stage.option=value: \"" +
                                             std::string(written) +
                                             "\" (such as --set uts.hostname=web)");
  }
}

TEST(Override, AVariableIsSetOrPassedOn) {
  const Result<Override> set = VariableOverride("-e", "A=b=c");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->option, "env.A");
  EXPECT_EQ(set->text, "b=c");
  EXPECT_EQ(set->name, "-e");
  const Result<Override> passed = VariableOverride("--env", "A");
  ASSERT_TRUE(passed.ok());
  EXPECT_EQ(passed->option, "pass");
  EXPECT_EQ(passed->text, "A");
  EXPECT_TRUE(passed->append);
  EXPECT_EQ(VariableOverride("-e", "=b").error().ToString(),
            "-e: not of the form NAME=VALUE: \"=b\" (such as -e LANG=C; NAME alone passes the "
            "caller's on)");
  EXPECT_FALSE(VariableOverride("-e", "").ok());
}

TEST(Override, AnAnnotationIsSet) {
  const Result<Override> set = AnnotationOverride("--annotation", "org.example.a=b=c");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->stage, "annotations");
  EXPECT_EQ(set->option, "org.example.a");
  EXPECT_EQ(set->text, "b=c");
  EXPECT_TRUE(AnnotationOverride("--annotation", "a=").ok());
  for (const char* text : {"", "a", "=b"}) {
    EXPECT_FALSE(AnnotationOverride("--annotation", text).ok()) << text;
  }
  EXPECT_EQ(AnnotationOverride("--annotation", "team").error().ToString(),
            "--annotation: not of the form NAME=VALUE: \"team\" (such as --annotation "
            "org.example.team=web)");
}

TEST(Override, AnEmptyOneIsRefused) {
  const Result<Override> result = ParseOverride("");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().ToString(),
            "--set: not of the form stage.option=value: (such as --set uts.hostname=web)");
}

}  // namespace
}  // namespace slipway::config
