// Which stages are taken, and where errors of their hooks are said to be.

#include "runtime/launch/stage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/sdk/error.h"

namespace slipway::launch {
namespace {

int Succeed(const slipway_host*, const slipway_value*, void**, slipway_error*) { return 0; }

int Fail(slipway_error* error, const Error& cause) {
  *error = *cause;
  return -1;
}

int RefuseCreate(const slipway_host*, const slipway_value*, void**, slipway_error* error) {
  return Fail(error, Error("not a size", "x").Option("size"));
}
int Works(void*, slipway_error*) { return 0; }
int IsNotHere(void*, slipway_error* error) {
  return Fail(error, Error("no such controller", "pids", std::string(400, 'h')));
}
int Throws(void*, slipway_error* error) { return Fail(error, Error("threw an exception", "why")); }

slipway_stage Make(const char* name, decltype(slipway_stage::probe) probe,
                   decltype(slipway_stage::create) create = Succeed) {
  slipway_stage stage{};
  stage.name = name;
  stage.create = create;
  stage.probe = probe;
  return stage;
}

const slipway_stage kWorks = Make("works", Works);
const slipway_stage kAlsoWorks = Make("also-works", Works);
const slipway_stage kNotHere = Make("not-here", IsNotHere);
const slipway_stage kNorHere = Make("nor-here", IsNotHere);
const slipway_stage kRefused = Make("refused", Works, RefuseCreate);
const slipway_stage kThrows = Make("throws", Throws);

StageSpec Spec(const slipway_stage& stage, const std::string& where = "f:1:1") {
  return {.descriptor = &stage, .options = nullptr, .where = where};
}

TEST(SelectStages, SaysWhichAlternativeWasTakenAndWhyOthersWereNot) {
  std::vector<Selection> selections;
  const auto stages = SelectStages(
      {{"f:1:1", {Spec(kWorks)}}, {"f:2:1", {Spec(kNotHere), Spec(kAlsoWorks), Spec(kWorks)}}},
      &selections);
  ASSERT_TRUE(stages.ok()) << stages.error().ToString();
  ASSERT_EQ(stages->size(), 2u);
  EXPECT_STREQ((*stages)[1].name(), "also-works");
  ASSERT_EQ(selections.size(), 2u);
  EXPECT_EQ(selections[0].taken, 0u);
  EXPECT_TRUE(selections[0].rejected.empty());
  EXPECT_EQ(selections[1].taken, 1u);
  ASSERT_EQ(selections[1].rejected.size(), 1u);
  EXPECT_EQ(selections[1].rejected[0].alternative, 0u);
  EXPECT_EQ(selections[1].rejected[0].name, "not-here");
  EXPECT_NE(selections[1].rejected[0].reason.ToString().find("no such controller"),
            std::string::npos);
}

TEST(SelectStages, OfWhichNothingWorksHasEachReason) {
  std::vector<Selection> selections;
  const auto stages = SelectStages({{"f:2:1", {Spec(kNotHere), Spec(kNorHere)}}}, &selections);
  ASSERT_FALSE(stages.ok());
  EXPECT_EQ(stages.error().ToString(), "f:2:1: no stage of first-of works here");
  ASSERT_EQ(selections.size(), 1u);
  EXPECT_FALSE(selections[0].taken);
  ASSERT_EQ(selections[0].rejected.size(), 2u);
  EXPECT_EQ(selections[0].rejected[1].reason.ToString().find("f:1:1: nor-here: no such controller"),
            0u)
      << selections[0].rejected[1].reason.ToString();
}

TEST(SelectStages, RefusesAMistakeInAnAlternativeThatIsNotTaken) {
  EXPECT_FALSE(SelectStages({{"f:1:1", {Spec(kWorks), Spec(kRefused)}}}).ok());
}

TEST(CreateStages, TellsAllMistakesAndAsksNothingOfTheMachine) {
  const auto errors = CreateStages(
      {{"f:1:1", {Spec(kRefused, "f:1:1"), Spec(kNotHere)}}, {"f:2:1", {Spec(kRefused, "f:2:1")}}});
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].ToString(), "f:1:1: refused: size: not a size \"x\"");
  EXPECT_EQ(errors[1].ToString(), "f:2:1: refused: size: not a size \"x\"");
}

TEST(StagePlace, IsThatOfTheOptionWhereItIsKnown) {
  StageSpec spec = Spec(kRefused);
  spec.locate = [](std::string_view option) {
    return option == "size" ? std::string("f:7:9") : std::string();
  };
  EXPECT_EQ(Stage(spec).Create().error().ToString(), "f:7:9: refused: size: not a size \"x\"");
  spec.locate = [](std::string_view) { return std::string(); };
  EXPECT_EQ(Stage(spec).Create().error().ToString(), "f:1:1: refused: size: not a size \"x\"");
}

TEST(StagePlace, IsNotSaidOfAnException) {
  EXPECT_EQ(Stage(Spec(kThrows)).Probe().error().ToString(),
            "throws: threw an exception in its Probe hook \"why\"");
}

}  // namespace
}  // namespace slipway::launch
