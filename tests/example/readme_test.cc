// The README's code is that of files which are built, run and tested.

#include <gtest/gtest.h>

#include <string>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

class ReadmeExample : public ::testing::TestWithParam<const char*> {};

TEST_P(ReadmeExample, IsTheFile) {
  std::string text = ReadText(Runfile(std::string("tests/example/nice/") + GetParam()));
  ASSERT_NE(text, "");
  // What follows in the BUILD file is there for this test.
  text = text.substr(0, text.find("\n# For the test"));
  EXPECT_NE(ReadText(Runfile("README.md")).find("\n" + text + "```\n"), std::string::npos)
      << "README.md must hold the whole of " << GetParam() << ":\n"
      << text;
}

INSTANTIATE_TEST_SUITE_P(Nice, ReadmeExample,
                         ::testing::Values("nice.cc", "BUILD", "nice_test.cc"));

TEST(Readme, PipelineIsThatOfUbuntuYaml) {
  std::string text = ReadText(Runfile("configs/ubuntu.yaml"));
  ASSERT_NE(text, "");
  text.erase(0, text.find("version:"));  // the comment on top
  EXPECT_NE(ReadText(Runfile("README.md")).find("\n" + text + "```\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace slipway::testing
