#include "runtime/config/extend.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/config/stages_for_test.h"

namespace slipway::config {
namespace {

constexpr char kBase[] =
    "version: 1\nstages:\n- uts: {hostname: base}\n- mount: {root: r, paths: [a]}\n";

class ExtendTest : public StagesForTest {
 protected:
  // Each file by its name; all lie in /etc/slipway, and `own` there too.
  std::optional<Pipeline> Read(const std::string& own, Mistakes& mistakes,
                               const std::vector<std::string>& sets = {}) {
    files_["f.yaml"] = own;
    bases_.clear();
    const ConfigText text = *Open("f.yaml");
    std::optional<Document> document = Document::Parse(text.text, text.name, mistakes);
    if (!document) return std::nullopt;
    const auto open = [this](const std::string& name, const std::string& folder) {
      EXPECT_EQ(folder, "/etc/slipway");
      return Open(name);
    };
    if (!Extend(text, open, *document, bases_, mistakes)) return std::nullopt;
    return Check(
        *document, Parse(sets), [this](const std::string& name) { return Load(name); }, mistakes);
  }

  std::optional<Pipeline> Read(const std::string& own, const std::vector<std::string>& sets = {}) {
    Mistakes mistakes;
    auto pipeline = Read(own, mistakes, sets);
    EXPECT_EQ(Lines(mistakes), "");
    return pipeline;
  }

  std::string ErrorsIn(const std::string& own) {
    Mistakes mistakes;
    EXPECT_FALSE(Read(own, mistakes).has_value());
    return Lines(mistakes);
  }

  Result<ConfigText> Open(const std::string& name) {
    const auto found = files_.find(name);
    if (found == files_.end()) return Error("config not found", name);
    struct stat facts {};
    facts.st_ino = static_cast<ino_t>(std::distance(files_.begin(), found)) + 1;
    return ConfigText{.name = "/etc/slipway/" + name, .text = found->second, .file = facts};
  }

  static const slipway_value* Values(const Pipeline& pipeline, size_t step) {
    return pipeline.steps[step].alternatives[0].options->data();
  }

  std::map<std::string, std::string> files_ = {{"base.yaml", kBase}};
  std::vector<BaseText> bases_;
};

TEST_F(ExtendTest, TheBasesStagesComeFirst) {
  const auto pipeline = Read("version: 1\nextends: base.yaml\nstages:\n- proc\n- cgroup-v2\n");
  ASSERT_TRUE(pipeline);
  ASSERT_EQ(pipeline->steps.size(), 4u);
  EXPECT_EQ(pipeline->steps[0].where, "/etc/slipway/base.yaml:3:3");
  EXPECT_EQ(pipeline->steps[0].alternatives[0].name, "uts");
  EXPECT_EQ(pipeline->steps[2].where, "/etc/slipway/f.yaml:4:3");
  EXPECT_EQ(pipeline->steps[3].alternatives[0].name, "cgroup-v2");
  ASSERT_EQ(bases_.size(), 1u);
  EXPECT_EQ(bases_[0].where, "/etc/slipway/f.yaml:2:10");
}

TEST_F(ExtendTest, StagesMayBeLeftOut) {
  const auto pipeline = Read("version: 1\nextends: base.yaml\n");
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(pipeline->steps.size(), 2u);
}

TEST_F(ExtendTest, SetChangesOptionsOfTheBase) {
  const auto pipeline =
      Read("version: 1\nextends: base.yaml\nset:\n  uts.hostname: web\n  mount.paths+: [b, ./c]\n");
  ASSERT_TRUE(pipeline);
  EXPECT_STREQ(Values(*pipeline, 0)[0].as.string, "web");
  EXPECT_EQ(pipeline->steps[0].alternatives[0].Locate("hostname"), "/etc/slipway/f.yaml:4:17");
  ASSERT_EQ(Values(*pipeline, 1)[2].count, 3u);
  EXPECT_STREQ(Values(*pipeline, 1)[2].as.items[2].as.string, "/etc/slipway/c");
}

TEST_F(ExtendTest, TheCommandLineComesLast) {
  const auto pipeline =
      Read("version: 1\nextends: base.yaml\nset: {uts.hostname: web}\n", {"uts.hostname=db"});
  ASSERT_TRUE(pipeline);
  EXPECT_STREQ(Values(*pipeline, 0)[0].as.string, "db");
}

// Else a template with an empty variable would run the command without any container.
TEST_F(ExtendTest, AnEmptyNameIsNoBase) {
  for (const char* stages : {"", "stages: [proc]\n"}) {
    EXPECT_NE(ErrorsIn("version: 1\nextends: \"\"\n" + std::string(stages))
                  .find("2:10: extends: an empty name"),
              std::string::npos);
  }
}

TEST_F(ExtendTest, TheNearestOfAChainCounts) {
  files_["mid.yaml"] = "version: 1\nextends: base.yaml\nset: {uts.hostname: mid}\nstages: [proc]\n";
  const auto pipeline =
      Read("version: 1\nextends: mid.yaml\nset: {uts.hostname: own}\nstages: [cgroup-v1]\n");
  ASSERT_TRUE(pipeline);
  EXPECT_STREQ(Values(*pipeline, 0)[0].as.string, "own");
  ASSERT_EQ(pipeline->steps.size(), 4u);
  EXPECT_EQ(pipeline->steps[2].alternatives[0].name, "proc");
  EXPECT_EQ(pipeline->steps[3].alternatives[0].name, "cgroup-v1");
}

TEST_F(ExtendTest, ProcessAndAnnotationsAreMerged) {
  files_["base.yaml"] = std::string(kBase) +
                        "process: {args: [a], cwd: /base, env: {A: base, B: base}, pass: [P, Q], "
                        "timeout: 5s}\nannotations: {x: base, y: base}\n";
  const auto pipeline = Read(
      "version: 1\nextends: base.yaml\nprocess: {args: [b, c], env: {B: own, P: own}, pass: [R]}\n"
      "annotations: {y: own}\nset: {process.cwd: /set}\n");
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(pipeline->process.args, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(pipeline->process.cwd, "/set");
  EXPECT_EQ(pipeline->process.cwd_where, "/etc/slipway/f.yaml:5:20");
  EXPECT_EQ(pipeline->process.timeout, std::chrono::seconds(5));
  EXPECT_EQ(pipeline->process.env,
            (std::map<std::string, std::string>{{"A", "base"}, {"B", "own"}, {"P", "own"}}));
  EXPECT_EQ(pipeline->process.pass, (std::vector<std::string>{"Q", "R"}));
  EXPECT_EQ(pipeline->annotations, (Annotations{{"x", "base"}, {"y", "own"}}));
}

TEST_F(ExtendTest, APinMayBeOfAStageOfTheBase) {
  const auto pipeline = Read("version: 1\nextends: base.yaml\nplugins: {uts: {path: ./u.so}}\n");
  EXPECT_TRUE(pipeline);
  EXPECT_EQ(ErrorsIn("version: 1\nextends: base.yaml\nplugins: {pid: {path: ./u.so}}\n"),
            "3:11: plugins: no such stage in the pipeline \"pid\" (one of uts, mount)\n");
}

TEST_F(ExtendTest, AMistakeHasThePlaceOfItsFile) {
  files_["base.yaml"] = "version: 1\nstages:\n- uts: {hostnam: x}\n";
  EXPECT_EQ(ErrorsIn("version: 1\nextends: base.yaml\nstages:\n- proc\n"),
            "/etc/slipway/base.yaml:3:9: uts: unknown option \"hostnam\" (did you mean "
            "\"hostname\"?)\n"
            "4:3: proc: needs \"mount-namespace\", which no stage before it provides (runtime "
            "describe STAGE shows what a stage provides)\n");
}

TEST_F(ExtendTest, AStageOfTheBaseIsNotNamedAgain) {
  EXPECT_EQ(ErrorsIn("version: 1\nextends: base.yaml\nstages:\n- uts\n"),
            "4:3: uts: appears twice (the first time at /etc/slipway/base.yaml:3:3: set: changes "
            "the options of that one)\n");
}

TEST_F(ExtendTest, MistakesInSet) {
  const std::string head = "version: 1\nextends: base.yaml\n";
  const std::pair<const char*, const char*> cases[] = {
      {"set: [a]\n",
       "3:6: set: found a list (write a map of options to values, such as {uts.hostname: web})\n"},
      {"set: {uts: web}\n",
       "3:7: set: not of the form stage.option \"uts\" (such as uts.hostname: web; with a + behind "
       "it, it adds to a list or a map)\n"},
      {"set: {cgroup-v1.pids.max: 3}\n",
       "3:7: no such stage in the pipeline \"cgroup-v1\" (one of uts, mount)\n"},
      {"set: {uts.hostname: ''}\n",
       "3:21: uts: hostname: an empty text (write a text of 1 to 64 bytes)\n"},
      {"set: {uts.hostname+: a}\n",
       "3:7: uts: hostname: only a list or a map can grow (write = for +=)\n"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(ErrorsIn(head + text), error) << text;
}

TEST_F(ExtendTest, SetIsForTheStagesOfAnother) {
  EXPECT_EQ(ErrorsIn("version: 1\nstages: [uts]\nset: {uts.hostname: web}\n"),
            "3:6: set without extends (write the options at their stages)\n");
}

TEST_F(ExtendTest, ABaseThatIsNotThereHidesTheRest) {
  EXPECT_EQ(ErrorsIn("version: 1\nextends: bas.yaml\nstages: [proc]\n"),
            "2:10: extends: config not found \"bas.yaml\"\n");
  EXPECT_EQ(ErrorsIn("version: 1\nextends: [a]\nstages: [proc]\n"),
            "2:10: extends: found a list (write a config: its path from here, or its name)\n");
}

TEST_F(ExtendTest, CyclesAreRefused) {
  EXPECT_EQ(ErrorsIn("version: 1\nextends: f.yaml\n"),
            "2:10: extends: a cycle \"f.yaml\" (it extends itself)\n");
  files_["a.yaml"] = "version: 1\nextends: b.yaml\n";
  files_["b.yaml"] = "version: 1\nextends: a.yaml\n";
  EXPECT_EQ(ErrorsIn("version: 1\nextends: a.yaml\n"),
            "/etc/slipway/b.yaml:2:10: extends: a cycle \"a.yaml\" (it is extended from "
            "/etc/slipway/a.yaml:2:10)\n");
}

TEST_F(ExtendTest, TooManyInOneAnotherAreRefused) {
  for (int i = 0; i < 9; ++i) {
    files_[std::to_string(i) + ".yaml"] =
        "version: 1\nextends: " + std::to_string(i + 1) + ".yaml\n";
  }
  EXPECT_EQ(ErrorsIn("version: 1\nextends: 0.yaml\n"),
            "/etc/slipway/7.yaml:2:10: extends: more than 8 configs in one another \"8.yaml\" (the "
            "first is extended at /etc/slipway/f.yaml:2:10)\n");
}

}  // namespace
}  // namespace slipway::config
