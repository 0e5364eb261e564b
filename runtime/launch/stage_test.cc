// Which stages are taken, and where errors of their hooks are said to be.

#include "runtime/launch/stage.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "runtime/launch/host_table.h"
#include "runtime/sdk/error.h"

namespace slipway::launch {
namespace {

const slipway_host& Host() { return *HostTable(); }

int Succeed(const slipway_host*, slipway_context*, const slipway_value*, void**, slipway_error*) {
  return 0;
}

int RefuseCreate(const slipway_host*, slipway_context*, const slipway_value*, void**,
                 slipway_error* error) {
  Host().fail(error, 0, "not a size", "x", nullptr);
  Host().blame_option(error, "size");
  return -1;
}
int Works(void*, slipway_context*, slipway_error*) { return 0; }
int IsNotHere(void*, slipway_context*, slipway_error* error) {
  Host().fail(error, 0, "no such controller", "pids", "it is elsewhere");
  Host().cure(error, "go there");
  return SLIPWAY_NOT_HERE;
}
int IsWrong(void*, slipway_context*, slipway_error* error) {
  Host().fail(error, EMFILE, "open", "/x", nullptr);
  Host().cure(error, "none, since it is a mistake");
  return -1;
}
int Throws(void*, slipway_context*, slipway_error* error) {
  return Host().fail(error, 0, "threw an exception", "why", nullptr);
}
int SaysNothing(void*, slipway_context*, slipway_error*) { return -1; }

// Which container it is, and what is going on.
int SaysWhere(void*, slipway_context* context, slipway_error* error) {
  return Host().fail(error, 0, Host().container_id(context),
                     std::to_string(Host().operation(context)).c_str(), nullptr);
}

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
const slipway_stage kWrong = Make("wrong", IsWrong);
const slipway_stage kSaysNothing = Make("says-nothing", SaysNothing);
const slipway_stage kSaysWhere = Make("says-where", SaysWhere);

StageSpec Spec(const slipway_stage& stage, const std::string& where = "f:1:1") {
  return {.descriptor = &stage, .options = nullptr, .where = where};
}

TEST(SelectStages, SaysWhichAlternativeWasTakenAndWhyOthersWereNot) {
  std::vector<Selection> selections;
  const auto stages = SelectStages(
      {{"f:1:1", {Spec(kWorks)}}, {"f:2:1", {Spec(kNotHere), Spec(kAlsoWorks), Spec(kWorks)}}}, {},
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
  EXPECT_EQ(selections[1].rejected[0].reason.ToString(),
            "f:1:1: not-here: no such controller \"pids\" (it is elsewhere; go there)");
}

TEST(SelectStages, OfWhichNothingWorksHasEachReason) {
  std::vector<Selection> selections;
  const auto stages = SelectStages({{"f:2:1", {Spec(kNotHere), Spec(kNorHere)}}}, {}, &selections);
  ASSERT_FALSE(stages.ok());
  EXPECT_EQ(stages.error().ToString(), "f:2:1: no stage of first-of works here");
  ASSERT_EQ(selections.size(), 1u);
  EXPECT_FALSE(selections[0].taken);
  ASSERT_EQ(selections[0].rejected.size(), 2u);
  EXPECT_EQ(selections[0].rejected[1].reason.ToString().find("f:1:1: nor-here: no such controller"),
            0u)
      << selections[0].rejected[1].reason.ToString();
}

TEST(SelectStages, LeavesOutWhatIsOptionalAndDoesNotWork) {
  std::vector<Selection> selections;
  const auto stages = SelectStages(
      {{"f:1:1", {Spec(kNotHere)}, true}, {"f:2:1", {Spec(kWorks)}, true}}, {}, &selections);
  ASSERT_TRUE(stages.ok()) << stages.error().ToString();
  ASSERT_EQ(stages->size(), 1u);
  EXPECT_STREQ(stages->front().name(), "works");
  ASSERT_EQ(selections.size(), 2u);
  EXPECT_FALSE(selections[0].taken);
  EXPECT_EQ(selections[0].rejected.size(), 1u);
  EXPECT_EQ(selections[1].taken, 0u);
}

TEST(SelectStages, OfAMistakeIsNotOptional) {
  EXPECT_FALSE(SelectStages({{"f:1:1", {Spec(kWrong)}, true}}).ok());
  EXPECT_FALSE(SelectStages({{"f:1:1", {Spec(kRefused)}, true}}).ok());
}

TEST(SelectStages, GoesOnBehindNoMistake) {
  std::vector<Selection> selections;
  const auto stages =
      SelectStages({{"f:2:1", {Spec(kNotHere), Spec(kWrong), Spec(kWorks)}}}, {}, &selections);
  ASSERT_FALSE(stages.ok());
  EXPECT_EQ(stages.error().ToString(),
            Error(EMFILE, "open", "/x").At("f:1:1").In("wrong", "").ToString());
  EXPECT_FALSE(selections[0].taken);
  EXPECT_EQ(selections[0].rejected.size(), 1u);
}

TEST(SelectStages, TellsProbesWhatIsGoingOn) {
  const std::string id = "web";
  EXPECT_EQ(SelectStages({{"", {Spec(kSaysWhere)}}}, {SLIPWAY_START, &id}).error().ToString(),
            "f:1:1: says-where: web \"2\"");
  EXPECT_EQ(
      SelectStages({{"", {Spec(kSaysWhere)}}}).error().ToString(),
      "f:1:1: says-where: failed in its Probe hook \"1\" (a bug of the stage: it does not say "
      "why)");
}

TEST(SelectStages, NamesAProbeThatFailsWithoutAWord) {
  EXPECT_EQ(SelectStages({{"", {Spec(kSaysNothing)}}}).error().ToString(),
            "f:1:1: says-nothing: failed in its Probe hook (a bug of the stage: it does not say "
            "why)");
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
  slipway_context context;
  StageSpec spec = Spec(kRefused);
  spec.locate = [](std::string_view option) {
    return option == "size" ? std::string("f:7:9") : std::string();
  };
  EXPECT_EQ(Stage(spec).Create(context).error().ToString(),
            "f:7:9: refused: size: not a size \"x\"");
  spec.locate = [](std::string_view) { return std::string(); };
  EXPECT_EQ(Stage(spec).Create(context).error().ToString(),
            "f:1:1: refused: size: not a size \"x\"");
}

TEST(StagePlace, IsNotSaidOfAnException) {
  slipway_context context;
  EXPECT_EQ(Stage(Spec(kThrows)).Probe(context).error().ToString(),
            "throws: threw an exception in its Probe hook \"why\"");
}

}  // namespace
}  // namespace slipway::launch
