#include "runtime/config/order.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/pipeline.h"

namespace slipway::config {
namespace {

// The rules of one stage, written down as a stage would have them.
struct Stage {
  std::string name;
  std::vector<const char*> provides = {};
  std::vector<const char*> needs = {};
  std::vector<const char*> after = {};
  std::vector<const char*> conflicts = {};
};

const char* const* Tokens(std::vector<const char*>& tokens) {
  if (tokens.empty()) return nullptr;
  if (tokens.back() != nullptr) tokens.push_back(nullptr);
  return tokens.data();
}

// Checks steps of alternatives. The stage of step S, alternative A (from 1) stands at "S:A".
// optional: the step, from 1, that has a none, at "S:none".
std::string Order(std::vector<std::vector<Stage>> steps, size_t optional = 0) {
  std::deque<slipway_stage> descriptors;
  std::vector<Step> pipeline;
  for (size_t s = 0; s < steps.size(); ++s) {
    Step& step = pipeline.emplace_back();
    if (s + 1 == optional) step.none_where = std::to_string(optional) + ":none";
    for (size_t a = 0; a < steps[s].size(); ++a) {
      Stage& stage = steps[s][a];
      slipway_stage& descriptor = descriptors.emplace_back();
      descriptor.provides = Tokens(stage.provides);
      descriptor.requires_ = Tokens(stage.needs);
      descriptor.after = Tokens(stage.after);
      descriptor.conflicts = Tokens(stage.conflicts);
      StageEntry& entry = step.alternatives.emplace_back();
      entry.name = stage.name;
      entry.where = std::to_string(s + 1) + ":" + std::to_string(a + 1);
      if (stage.name != "unknown") entry.descriptor = &descriptor;
    }
  }
  Mistakes mistakes;
  CheckOrder(pipeline, {}, mistakes);
  std::string lines;
  for (const Error& error : mistakes.errors()) {
    if (!lines.empty()) lines += "\n";
    lines += error.ToString();
  }
  return lines.empty() ? "ok" : lines;
}

const Stage kMount{.name = "mount", .provides = {"root"}};
const Stage kOther{.name = "other"};

TEST(Order, StagesWithoutRulesStandInAnyOrder) {
  EXPECT_EQ(Order({}), "ok");
  EXPECT_EQ(Order({{kMount}, {kOther}}), "ok");
  EXPECT_EQ(Order({{kOther}, {kMount}}), "ok");
}

TEST(Order, AfterIsKeptByAnEarlierStageAndByNone) {
  const Stage proc{.name = "proc", .after = {"root"}};
  EXPECT_EQ(Order({{kMount}, {proc}}), "ok");
  EXPECT_EQ(Order({{proc}, {kOther}}), "ok");
}

TEST(Order, AfterIsBrokenByALaterStage) {
  const Stage proc{.name = "proc", .after = {"root"}};
  EXPECT_EQ(Order({{proc}, {kOther}, {kMount}}),
            "1:1: proc: must come after \"mount\" (which provides \"root\" at 3:1: move it up)");
}

TEST(Order, AStageProvidesItsOwnName) {
  const Stage proc{.name = "proc", .after = {"mount"}};
  EXPECT_EQ(Order({{proc}, {kMount}}), "1:1: proc: must come after \"mount\" (at 2:1: move it up)");
}

TEST(Order, AfterIsBrokenByAnyAlternativeOfALaterStep) {
  const Stage proc{.name = "proc", .after = {"root"}};
  EXPECT_EQ(Order({{proc}, {kOther, kMount}}),
            "1:1: proc: must come after \"mount\" (which provides \"root\" at 2:2: move it up)");
}

TEST(Order, AfterHoldsBetweenAlternativesOfOneStep) {
  const Stage proc{.name = "proc", .after = {"root"}};
  EXPECT_EQ(Order({{proc, kMount}}), "ok");
}

TEST(Order, TheRulesOfEveryAlternativeCount) {
  const Stage proc{.name = "proc", .after = {"root"}};
  EXPECT_EQ(Order({{kOther, proc}, {kMount}}),
            "1:2: proc: must come after \"mount\" (which provides \"root\" at 2:1: move it up)");
}

TEST(Order, EveryTokenOfARuleCounts) {
  const Stage proc{.name = "proc", .after = {"nothing", "root"}};
  EXPECT_EQ(Order({{proc}, {kMount}}),
            "1:1: proc: must come after \"mount\" (which provides \"root\" at 2:1: move it up)");
}

TEST(Order, NeedsIsKeptByAnEarlierStage) {
  const Stage proc{.name = "proc", .needs = {"root"}};
  EXPECT_EQ(Order({{kMount}, {kOther}, {proc}}), "ok");
}

TEST(Order, NeedsIsKeptByAStepWhoseAlternativesAllProvide) {
  const Stage proc{.name = "proc", .needs = {"root"}};
  const Stage overlay{.name = "overlay", .provides = {"x", "root"}};
  EXPECT_EQ(Order({{kMount, overlay}, {proc}}), "ok");
}

TEST(Order, NeedsIsBrokenWhenNobodyProvides) {
  const Stage proc{.name = "proc", .needs = {"mount-namespace"}};
  EXPECT_EQ(Order({{kMount}, {proc}}),
            "2:1: proc: needs \"mount-namespace\", which no stage before it provides (runtime "
            "describe STAGE shows what a stage provides)");
}

TEST(Order, NeedsIsBrokenByAProviderThatComesLater) {
  const Stage proc{.name = "proc", .needs = {"root"}};
  EXPECT_EQ(Order({{proc}, {kMount}}),
            "1:1: proc: needs \"root\", which no stage before it provides (mount at 2:1 does: move "
            "it up)");
}

TEST(Order, NeedsIsBrokenByAProviderThatMayBeLeftOut) {
  const Stage proc{.name = "proc", .needs = {"root"}};
  EXPECT_EQ(Order({{kMount}, {proc}}, 1),
            "2:1: proc: needs \"root\" (stage \"mount\" at 1:1 provides it, but its alternative "
            "\"none\" at 1:none does not)");
  EXPECT_EQ(Order({{kMount}, {kOther}, {proc}}, 2), "ok");
}

TEST(Order, NeedsIsBrokenByOneAlternativeThatDoesNotProvide) {
  const Stage proc{.name = "proc", .needs = {"root"}};
  EXPECT_EQ(Order({{kMount, kOther}, {proc}}),
            "2:1: proc: needs \"root\" (stage \"mount\" at 1:1 provides it, but its alternative "
            "\"other\" at 1:2 does not)");
}

TEST(Order, NeedsIsNotKeptByAnAlternativeOfTheSameStep) {
  const Stage proc{.name = "proc", .needs = {"root"}};
  EXPECT_EQ(
      Order({{kMount, proc}}),
      "1:2: proc: needs \"root\", which no stage before it provides (runtime describe STAGE shows "
      "what a stage provides)");
}

TEST(Order, ANeedOfItsOwnNameIsNotKeptByItself) {
  const Stage self{.name = "self", .needs = {"self"}};
  EXPECT_EQ(
      Order({{self}}),
      "1:1: self: needs \"self\", which no stage before it provides (runtime describe STAGE shows "
      "what a stage provides)");
}

TEST(Order, EveryBrokenRuleIsToldAndOnceForTwoStages) {
  const Stage proc{.name = "proc", .needs = {"ns", "lost"}, .after = {"root", "ns", "pids"}};
  const Stage mount{.name = "mount", .provides = {"root", "ns"}};
  const Stage pid{.name = "pid", .provides = {"pids"}};
  EXPECT_EQ(Order({{proc}, {pid}, {mount}}),
            "1:1: proc: must come after \"mount\" (which provides \"root\" at 3:1: move it up)\n"
            "1:1: proc: must come after \"pid\" (which provides \"pids\" at 2:1: move it up)\n"
            "1:1: proc: needs \"lost\", which no stage before it provides (runtime describe STAGE "
            "shows what a stage provides)");
}

TEST(Order, AnUnknownStageMayProvideWhatIsNeeded) {
  const Stage proc{.name = "proc", .needs = {"root"}, .after = {"root"}};
  const Stage unknown{.name = "unknown"};
  EXPECT_EQ(Order({{unknown}, {proc}}), "ok");
  EXPECT_EQ(Order({{kMount, unknown}, {proc}}), "ok");
  EXPECT_EQ(Order({{kOther, unknown}, {proc}, {kMount}}),
            "2:1: proc: must come after \"mount\" (which provides \"root\" at 3:1: move it up)");
  EXPECT_EQ(Order({{proc}, {unknown}}),
            "1:1: proc: needs \"root\", which no stage before it provides (runtime describe STAGE "
            "shows what a stage provides)");
}

TEST(Order, ConflictsIsBrokenOnEitherSide) {
  const Stage chroot{.name = "chroot", .conflicts = {"root"}};
  EXPECT_EQ(Order({{kMount}, {chroot}}),
            "2:1: chroot: conflicts with \"mount\" (which provides \"root\" at 1:1: keep one of "
            "them)");
  EXPECT_EQ(Order({{chroot}, {kOther, kMount}}),
            "1:1: chroot: conflicts with \"mount\" (which provides \"root\" at 2:2: keep one of "
            "them)");
}

TEST(Order, ConflictsHoldsForItselfAndItsAlternatives) {
  const Stage chroot{.name = "chroot", .provides = {"root"}, .conflicts = {"root"}};
  EXPECT_EQ(Order({{chroot, kMount}, {kOther}}), "ok");
}

}  // namespace
}  // namespace slipway::config
