#include "runtime/launch/describe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/launch/host_table.h"

namespace slipway::launch {
namespace {

int Add(slipway_context* context, const char* subject, const char* detail, slipway_error* error) {
  return HostTable()->add_effect(context, SLIPWAY_EFFECT_OTHER, subject, detail, error);
}

int Tells(void*, slipway_context* context, slipway_error* error) {
  if (Add(context, "a", "b", error) != 0) return -1;
  return Add(context, "with hunter2 in it", nullptr, error);
}
int Fails(void*, slipway_context*, slipway_error* error) {
  return HostTable()->fail(error, 0, "not today", nullptr, nullptr);
}
int TellsNonsense(void*, slipway_context* context, slipway_error* error) {
  return HostTable()->add_effect(context, 99, "a", "b", error);
}

Stage Make(const slipway_stage& descriptor, const slipway_value* options = nullptr) {
  return Stage({.descriptor = &descriptor, .options = options, .where = "f.yaml:3:5"});
}

slipway_stage Descriptor(const char* name, decltype(slipway_stage::describe) describe) {
  slipway_stage stage{};
  stage.name = name;
  stage.describe = describe;
  return stage;
}

std::vector<Stage> Both(Stage first, Stage second) {
  std::vector<Stage> stages;
  stages.push_back(std::move(first));
  stages.push_back(std::move(second));
  return stages;
}

TEST(DescribeStages, HasAListForEachStage) {
  const slipway_stage tells = Descriptor("tells", Tells);
  const slipway_stage silent = Descriptor("silent", nullptr);
  const auto effects = DescribeStages(Both(Make(silent), Make(tells)), {});
  ASSERT_TRUE(effects.ok());
  ASSERT_EQ(effects->size(), 2U);
  EXPECT_TRUE(effects->at(0).empty());
  ASSERT_EQ(effects->at(1).size(), 2U);
  EXPECT_EQ(effects->at(1)[0].subject, "a");
  EXPECT_EQ(effects->at(1)[0].detail, "b");
  EXPECT_EQ(effects->at(1)[1].detail, "");
}

TEST(DescribeStages, LeavesOutATextWithASecret) {
  slipway_option option{};
  option.name = "token";
  option.type = SLIPWAY_STRING;
  option.flags = SLIPWAY_SECRET;
  slipway_stage tells = Descriptor("tells", Tells);
  tells.options = &option;
  tells.option_count = 1;
  slipway_value value{.type = SLIPWAY_STRING, .count = 0, .as = {.string = "hunter2"}};
  std::vector<Stage> stages;
  stages.push_back(Make(tells, &value));
  auto effects = DescribeStages(stages, {});
  ASSERT_TRUE(effects.ok());
  EXPECT_EQ(effects->at(0)[0].subject, "a");
  EXPECT_EQ(effects->at(0)[1].subject, "(secret)");
  value.as.string = "";
  effects = DescribeStages(stages, {});
  ASSERT_TRUE(effects.ok());
  EXPECT_EQ(effects->at(0)[0].subject, "a");
}

TEST(DescribeStages, FailsWhereAStageDoes) {
  const slipway_stage fails = Descriptor("fails", Fails);
  const slipway_stage nonsense = Descriptor("nonsense", TellsNonsense);
  EXPECT_EQ(DescribeStages(Both(Make(fails), Make(nonsense)), {}).error().ToString(),
            "f.yaml:3:5: fails: not today");
  EXPECT_EQ(DescribeStages(Both(Make(nonsense), Make(fails)), {}).error().ToString(),
            "f.yaml:3:5: nonsense: an unknown effect \"99\" (a bug of the stage)");
}

}  // namespace
}  // namespace slipway::launch
