#include "runtime/config/check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/sdk/stage.h"

namespace slipway::config {
namespace {

// Stages as plugins declare them; their tables and rules are all that counts here.
struct Uts : Stage {
  static constexpr auto Options() {
    return OptionTable(Option<&Uts::hostname>(
        "hostname", "Host name", {.fallback = "container", .minimum = 1, .maximum = 64}));
  }
  std::string hostname;
};

struct Mount : Stage {
  static constexpr auto Options() {
    return OptionTable(Option<&Mount::root>("root", "Root filesystem", {.required = true}),
                       Option<&Mount::binds>("binds", "What else is seen inside"));
  }
  HostPath root;
  std::vector<HostPath> binds;
};

struct Cgroup : Stage {
  static constexpr auto Options() {
    return OptionTable(Option<&Cgroup::pids_max>("pids.max", "Most tasks at a time",
                                                 {.minimum = 1, .maximum = 4194304}));
  }
  int64_t pids_max = 0;
};

template <typename S>
slipway_stage Describe(const StageInfo& info) {
  return slipway::internal::Adapter<S>::Describe(info);
}

constexpr StageInfo kUts{.name = "uts", .summary = ""};
constexpr StageInfo kMount{.name = "mount", .summary = "", .provides = {"root"}};
constexpr StageInfo kProc{.name = "proc", .summary = "", .after = {"root"}};
constexpr StageInfo kCgroup1{.name = "cgroup-v1", .summary = ""};
constexpr StageInfo kCgroup2{.name = "cgroup-v2", .summary = ""};

class Check : public testing::Test {
 protected:
  // The pipeline of a config file /etc/slipway/f.yaml that has these stages.
  Result<Pipeline> Run(const std::string& stages, const std::vector<std::string>& sets = {}) {
    ASSIGN_OR_RETURN(const Document document,
                     Document::Parse("version: 1\nstages:\n" + stages, "/etc/slipway/f.yaml"));
    std::vector<Override> overrides;
    for (const std::string& set : sets) {
      ASSIGN_OR_RETURN(Override parsed, ParseOverride(set));
      overrides.push_back(parsed);
    }
    return config::Check(document, overrides,
                         [this](const std::string& name) { return Load(name); });
  }

  std::string ErrorOf(const std::string& stages, const std::vector<std::string>& sets = {}) {
    const Result<Pipeline> pipeline = Run(stages, sets);
    return pipeline.ok() ? "no error" : pipeline.error().ToString();
  }

  Result<const slipway_stage*> Load(const std::string& name) {
    ++loads_[name];
    const auto found = stages_.find(name);
    if (found != stages_.end()) return &found->second;
    Error error("no such stage", name);
    if (name == "pinned") error.At("/etc/slipway/f.yaml:9:3");
    return error;
  }

  std::map<std::string, int> loads_;
  std::map<std::string, slipway_stage> stages_ = {
      {"uts", Describe<Uts>(kUts)},
      {"mount", Describe<Mount>(kMount)},
      {"proc", Describe<Stage>(kProc)},
      {"cgroup-v1", Describe<Cgroup>(kCgroup1)},
      {"cgroup-v2", Describe<Cgroup>(kCgroup2)},
  };
};

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
  EXPECT_EQ(ErrorOf("- pinned\n"), "/etc/slipway/f.yaml:9:3: no such stage \"pinned\"");
}

TEST_F(Check, OrderRulesAreChecked) {
  EXPECT_EQ(ErrorOf("- proc\n- mount: {root: /r}\n"),
            "/etc/slipway/f.yaml:3:3: proc: must stand after \"mount\" (which provides \"root\" at "
            "/etc/slipway/f.yaml:4:3: move it up)");
}

TEST_F(Check, TheProcessIsHandedOn) {
  const Result<Pipeline> pipeline = Run("- uts\nprocess: {args: [a, b], cwd: /c}\n");
  ASSERT_TRUE(pipeline.ok());
  EXPECT_EQ(pipeline.value().process.args, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(pipeline.value().process.cwd, "/c");
}

TEST_F(Check, AnOverrideTakesThePlaceOfTheFilesValue) {
  const Result<Pipeline> pipeline = Run("- uts: {hostname: web}\n", {"uts.hostname=db"});
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  EXPECT_STREQ(pipeline.value().steps[0].alternatives[0].options->data()[0].as.string, "db");
}

TEST_F(Check, AnOverrideGivesWhatTheFileLacks) {
  const Result<Pipeline> pipeline = Run("- mount\n", {"mount.root=/r", "mount.binds=[/a, /b]"});
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  const slipway_value* values = pipeline.value().steps[0].alternatives[0].options->data();
  EXPECT_STREQ(values[0].as.string, "/r");
  ASSERT_EQ(values[1].count, 2U);
  EXPECT_STREQ(values[1].as.items[1].as.string, "/b");
}

TEST_F(Check, TheLastOfTwoOverridesCounts) {
  const Result<Pipeline> pipeline = Run("- uts\n", {"uts.hostname=\"\"", "uts.hostname=b"});
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  EXPECT_STREQ(pipeline.value().steps[0].alternatives[0].options->data()[0].as.string, "b");
}

TEST_F(Check, AnOverrideReachesIntoFirstOf) {
  const Result<Pipeline> pipeline =
      Run("- first-of: [cgroup-v2: {pids.max: 20}, cgroup-v1]\n", {"cgroup-v1.pids.max=7"});
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  const auto& alternatives = pipeline.value().steps[0].alternatives;
  EXPECT_EQ(alternatives[0].options->data()[0].as.integer, 20);
  EXPECT_EQ(alternatives[1].options->data()[0].as.integer, 7);
}

TEST_F(Check, AReplacedValueIsNotChecked) {
  EXPECT_EQ(ErrorOf("- cgroup-v2: {pids.max: many}\n", {"cgroup-v2.pids.max=7"}), "no error");
}

TEST_F(Check, ARelativePathOfAnOverrideIsSeenFromTheCurrentFolder) {
  ASSERT_EQ(chdir("/usr"), 0);
  const Result<Pipeline> pipeline = Run("- mount: {root: x}\n", {"mount.root=../r"});
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().ToString();
  EXPECT_STREQ(pipeline.value().steps[0].alternatives[0].options->data()[0].as.string, "/r");
}

TEST_F(Check, MistakesInOverridesAreNamedAfterThem) {
  struct Case {
    const char* set;
    const char* line;
  };
  const Case cases[] = {
      {"utss.hostname=a",
       "--set utss.hostname: no such stage in the pipeline \"utss\" (did you mean \"uts\"?)"},
      {"network.name=a",
       "--set network.name: no such stage in the pipeline \"network\" (one of uts, cgroup-v2)"},
      {"uts.hostnmae=a",
       "--set uts.hostnmae: uts: unknown option \"hostnmae\" (did you mean \"hostname\"?)"},
      {"cgroup-v2.pids.max=0",
       "--set cgroup-v2.pids.max: cgroup-v2: pids.max: out of range \"0\" (write an integer from 1 "
       "to 4194304)"},
      {"uts.hostname=",
       "--set uts.hostname: uts: hostname: has no value (write a text of 1 to 64 bytes)"},
      {"uts.hostname=[a",
       "--set uts.hostname: not valid YAML (a '[' without its ']', or a missing comma)"},
  };
  for (const Case& c : cases) EXPECT_EQ(ErrorOf("- uts\n- cgroup-v2\n", {c.set}), c.line);
}

}  // namespace
}  // namespace slipway::config
