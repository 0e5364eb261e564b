#include "runtime/stage_test/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/yaml.h"
#include "runtime/stage_test/cases.h"

namespace slipway::stage_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr bool kRoot = false;
constexpr bool kPlainUser = true;

// The only case of a file that has it from line 3 on.
Case OneOf(const std::string& lines) {
  config::Mistakes mistakes;
  const auto cases = ReadCases("version: 1\ncases:\n" + lines, "f", mistakes);
  EXPECT_TRUE(mistakes.empty()) << mistakes.errors().front().ToString();
  return cases.at(0);
}

std::string ConfigOf(const std::string& lines, bool plain_user = kRoot) {
  const auto pipeline = PipelineOf(OneOf(lines), plain_user, {{"probe", "/p"}, {"tmp", "/t"}});
  EXPECT_TRUE(pipeline.ok());
  const auto node = config::ParseYaml(pipeline->config, {.name = "f", .folder = "/"});
  EXPECT_TRUE(node.ok()) << node.error().ToString() << "\n" << pipeline->config;
  return pipeline->config;
}

// Where the text stands: the line, from 1 on.
long LineOf(const std::string& text, const std::string& part) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<long>(text.find(part)), '\n');
}

TEST(PipelineTest, HasTheStagesInTheirOwnLines) {
  const std::string config = ConfigOf(R"(  - name: a
    command: [probe]
    stages:
      - uts:
          hostname: box
      - pid
)");
  EXPECT_EQ(LineOf(config, "uts"), 6);
  EXPECT_EQ(LineOf(config, "hostname"), 7);
  EXPECT_EQ(LineOf(config, "pid"), 8);
}

TEST(PipelineTest, GivesARootWhereTheCaseHasNone) {
  const std::string lines = "  - {name: a, command: [x], stages: [uts]}\n";
  EXPECT_THAT(ConfigOf(lines), HasSubstr("empty: "));
  EXPECT_THAT(ConfigOf(lines), Not(HasSubstr("user: ")));
  EXPECT_THAT(ConfigOf(lines, kPlainUser), HasSubstr("user: "));
  EXPECT_THAT(ConfigOf("  - {name: a, command: [x], root: /img, stages: [uts]}\n"),
              HasSubstr("/img"));
}

TEST(PipelineTest, GivesNoneWhereTheCaseSeesToIt) {
  EXPECT_THAT(ConfigOf("  - {name: a, command: [x], stages: [{mount: {root: /img}}]}\n"),
              Not(HasSubstr("empty: ")));
  EXPECT_THAT(ConfigOf("  - {name: a, command: [x], root: /, stages: [uts]}\n"),
              Not(HasSubstr("mount")));
  const Case both =
      OneOf("  - {name: a, command: [x], root: /i, stages: [{mount: {root: /img}}]}\n");
  const auto refused = PipelineOf(both, kRoot, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(
      refused.error().ToString(),
      "f:3:12: the case has both a root and a stage that makes one \"/i\" (leave root out, or "
      "the stage)");
}

TEST(PipelineTest, KeepsTextsAsTheyAre) {
  const std::string config = ConfigOf(
      "  - {name: a, command: [x], stages: [{uts: {hostname: "
      "\"a\\\\b\\\"c\\n: d\\r\\x7f\\u2028\xc3\xa9\"}}]}\n");
  const auto node = config::ParseYaml(config, {.name = "f", .folder = "/"});
  const config::Node& stages = *node->Find("stages");
  EXPECT_EQ(stages.items.back().items[0].Find("hostname")->text,
            "a\\b\"c\n: d\r\x7f\xe2\x80\xa8\xc3\xa9");
}

TEST(FillTest, PutsValuesInThePlaceOfNames) {
  const Variables variables = {{"tmp", "/t"}};
  EXPECT_EQ(Fill("${tmp}/a${tmp}", variables), "/t/a/t");
  EXPECT_EQ(Fill("${other} ${tmp", variables), "${other} ${tmp");
  EXPECT_EQ(Fill("$tmp", variables), "$tmp");
}

}  // namespace
}  // namespace slipway::stage_test
