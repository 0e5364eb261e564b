#include "runtime/config/check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/config/stages_for_test.h"

namespace slipway::config {
namespace {

using Check = StagesForTest;

TEST_F(Check, APipelineHasItsStagesInOrder) {
  const Result<Pipeline> pipeline = Run("- uts: {hostname: web}\n- mount: {root: ../r}\n- proc\n");
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  const std::vector<Step>& steps = pipeline.value().steps;
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].where, "/etc/slipway/f.yaml:3:3");
  ASSERT_EQ(steps[0].alternatives.size(), 1U);
  const StageEntry& uts = steps[0].alternatives[0];
  EXPECT_EQ(uts.name, "uts");
  EXPECT_EQ(uts.where, "/etc/slipway/f.yaml:3:3");
  EXPECT_EQ(uts.descriptor, &stages_.at("uts"));
  EXPECT_STREQ(uts.options->data()[0].as.string, "web");
  EXPECT_STREQ(steps[1].alternatives[0].options->data()[0].as.string, "/etc/r");
  EXPECT_EQ(steps[2].alternatives[0].name, "proc");
}

TEST_F(Check, AStageWithoutOptionsGetsItsDefaults) {
  for (const char* stages : {"- uts\n", "- uts:\n", "- uts: {}\n"}) {
    const Result<Pipeline> pipeline = Run(stages);
    ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
    const StageEntry& uts = pipeline.value().steps[0].alternatives[0];
    EXPECT_STREQ(uts.options->data()[0].as.string, "container");
  }
}

TEST_F(Check, EveryAlternativeIsLoadedOnceAndChecked) {
  const Result<Pipeline> pipeline =
      Run("- first-of:\n    - cgroup-v2: {pids.max: 20}\n    - cgroup-v1: {pids.max: 30}\n");
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  const Step& step = pipeline.value().steps[0];
  EXPECT_EQ(step.where, "/etc/slipway/f.yaml:3:3");
  ASSERT_EQ(step.alternatives.size(), 2U);
  EXPECT_EQ(step.alternatives[0].options->data()[0].as.integer, 20);
  EXPECT_EQ(step.alternatives[1].options->data()[0].as.integer, 30);
  EXPECT_EQ(step.alternatives[1].where, "/etc/slipway/f.yaml:5:7");
  EXPECT_EQ(loads_, (std::map<std::string, int>{{"cgroup-v1", 1}, {"cgroup-v2", 1}}));
}

TEST_F(Check, AMistakeInAnyAlternativeIsAnError) {
  EXPECT_EQ(
      ErrorOf("- first-of:\n    - cgroup-v2\n    - cgroup-v1: {pids.max: 0}\n"),
      "/etc/slipway/f.yaml:5:29: cgroup-v1: pids.max: out of range \"0\" (write an integer from "
      "1 to 4194304)");
}

TEST_F(Check, AnUnknownOptionGetsTheNearestName) {
  EXPECT_EQ(
      ErrorOf("- uts: {hostnmae: web}\n"),
      "/etc/slipway/f.yaml:3:9: uts: unknown option \"hostnmae\" (did you mean \"hostname\"?)");
}

TEST_F(Check, ARequiredOptionIsMissedAtItsStage) {
  EXPECT_EQ(ErrorOf("- uts\n- mount\n"),
            "/etc/slipway/f.yaml:4:3: mount: missing option \"root\" (a path: Root filesystem)");
}

TEST_F(Check, AnErrorOfTheLoaderGetsThePlaceOfItsStage) {
  EXPECT_EQ(ErrorOf("- uts\n- nets\n"), "/etc/slipway/f.yaml:4:3: no such stage \"nets\"");
}

TEST_F(Check, APlaceThatTheLoaderKnowsStays) {
  EXPECT_EQ(ErrorOf("- placed\n"), "/etc/slipway/f.yaml:9:3: no such stage \"placed\"");
}

TEST_F(Check, OrderRulesAreChecked) {
  EXPECT_EQ(ErrorOf("- proc\n- mount: {root: /r}\n"),
            "/etc/slipway/f.yaml:3:3: proc: must come after \"mount\" (which provides \"root\" at "
            "/etc/slipway/f.yaml:4:3: move it up)");
}

TEST_F(Check, TheProcessIsHandedOn) {
  const Result<Pipeline> pipeline = Run("- uts\nprocess: {args: [a, b], cwd: /c}\n");
  ASSERT_TRUE(pipeline.ok());
  EXPECT_EQ(pipeline.value().process.args, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(pipeline.value().process.cwd, "/c");
}

TEST_F(Check, ADigestThatIsWrongIsToldAtThePin) {
  const std::string pin = "plugins:\n  pinned: {sha256: " + std::string(64, 'a') + "}\n";
  EXPECT_EQ(ErrorOf("- pinned\n" + pin), "/etc/slipway/f.yaml:5:20: no such stage \"pinned\"");
}

TEST_F(Check, APathThatIsWrongIsToldAtThePin) {
  EXPECT_EQ(ErrorOf("- nets\nplugins:\n  nets: {path: /p.so}\n"),
            "/etc/slipway/f.yaml:5:3: no such stage \"nets\"");
}

TEST_F(Check, AnotherErrorOfAStageWithADigestAloneStaysWithTheStage) {
  const std::string pin = "plugins:\n  nets: {sha256: " + std::string(64, 'a') + "}\n";
  EXPECT_EQ(ErrorOf("- nets\n" + pin), "/etc/slipway/f.yaml:3:3: no such stage \"nets\"");
}

}  // namespace
}  // namespace slipway::config
