#include "runtime/config/settings.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/config/stages_for_test.h"

namespace slipway::config {
namespace {

class Settings : public StagesForTest {
 protected:
  // All that is wrong, with options of the command line other than --set.
  std::string ErrorsWith(const std::string& stages, const std::vector<Override>& overrides) {
    Mistakes mistakes;
    const bool ok = Take(stages, overrides, mistakes).has_value();
    EXPECT_EQ(ok, mistakes.empty());
    return Lines(mistakes);
  }

  Pipeline With(const std::string& stages, const std::vector<Override>& overrides) {
    Mistakes mistakes;
    std::optional<Pipeline> pipeline = Take(stages, overrides, mistakes);
    EXPECT_EQ(Lines(mistakes), "");
    return pipeline ? *std::move(pipeline) : Pipeline();
  }

  Pipeline WithSets(const std::string& stages, const std::vector<std::string>& sets) {
    return With(stages, Parse(sets));
  }

 private:
  std::optional<Pipeline> Take(const std::string& stages, const std::vector<Override>& overrides,
                               Mistakes& mistakes) {
    return RunText("version: 1\nstages:\n" + stages, overrides, mistakes);
  }
};

const slipway_value* Values(const Pipeline& pipeline, size_t step = 0, size_t alternative = 0) {
  return pipeline.steps.at(step).alternatives.at(alternative).options->data();
}

constexpr const char* kChoice = "- first-of: [cgroup-v2: {pids.max: 20}, cgroup-v1]\n";

TEST_F(Settings, AnOverrideTakesThePlaceOfTheFilesValue) {
  const Pipeline pipeline = WithSets("- uts: {hostname: web}\n", {"uts.hostname=db"});
  EXPECT_STREQ(Values(pipeline)[0].as.string, "db");
}

TEST_F(Settings, AnOverrideGivesWhatTheFileLacks) {
  const Pipeline pipeline = WithSets("- mount\n", {"mount.root=/r", "mount.paths=[/a, /b]"});
  EXPECT_STREQ(Values(pipeline)[0].as.string, "/r");
  ASSERT_EQ(Values(pipeline)[2].count, 2U);
  EXPECT_STREQ(Values(pipeline)[2].as.items[1].as.string, "/b");
}

TEST_F(Settings, TheLastOfTwoOverridesCounts) {
  const Pipeline pipeline = WithSets("- uts\n", {"uts.hostname=\"\"", "uts.hostname=b"});
  EXPECT_STREQ(Values(pipeline)[0].as.string, "b");
}

TEST_F(Settings, AnOverrideReachesIntoFirstOf) {
  const Pipeline pipeline = WithSets(kChoice, {"cgroup-v1.pids.max=7"});
  EXPECT_EQ(Values(pipeline, 0, 0)[0].as.integer, 20);
  EXPECT_EQ(Values(pipeline, 0, 1)[0].as.integer, 7);
}

TEST_F(Settings, AReplacedValueIsNotChecked) {
  EXPECT_EQ(ErrorOf("- cgroup-v2: {pids.max: many}\n", {"cgroup-v2.pids.max=7"}), "no error");
}

TEST_F(Settings, ARelativePathOfAnOverrideIsSeenFromTheCurrentFolder) {
  ASSERT_EQ(chdir("/usr"), 0);
  const Pipeline pipeline = WithSets("- mount: {root: x}\n", {"mount.root=../r"});
  EXPECT_STREQ(Values(pipeline)[0].as.string, "/r");
}

TEST_F(Settings, MistakesInOverridesAreNamedAfterThem) {
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

TEST_F(Settings, WithoutAStageTheOneThatHasTheOptionIsMeant) {
  EXPECT_EQ(AllErrorsOf("- uts\n- cgroup-v1\n", {"pids.max=5"}),
            "--set pids.max: no such stage in the pipeline \"pids\" (did you mean "
            "cgroup-v1.pids.max?)\n");
  EXPECT_EQ(AllErrorsOf(kChoice, {"pids.max=5"}),
            "--set pids.max: no such stage in the pipeline \"pids\" (did you mean "
            "cgroup.pids.max?)\n");
}

TEST_F(Settings, AnAdditionFollowsWhatTheFileSays) {
  ASSERT_EQ(chdir("/usr"), 0);
  const Pipeline pipeline = WithSets(
      "- mount: {root: /r, binds: [{source: ../a, target: /a}]}\n",
      {"mount.binds+={source: lib, target: /b}", "mount.binds+=[{source: /c, target: /c}]"});
  const slipway_value& binds = Values(pipeline)[3];
  ASSERT_EQ(binds.count, 3U);
  EXPECT_STREQ(binds.as.items[0].as.items[0].as.string, "/etc/a");
  EXPECT_STREQ(binds.as.items[1].as.items[0].as.string, "/usr/lib");
  EXPECT_STREQ(binds.as.items[2].as.items[0].as.string, "/c");
}

TEST_F(Settings, AnAdditionToNothingIsTheFirst) {
  const Pipeline pipeline =
      WithSets("- mount: {root: /r}\n", {"mount.paths+=/a", "mount.paths+=/b"});
  ASSERT_EQ(Values(pipeline)[2].count, 2U);
  EXPECT_STREQ(Values(pipeline)[2].as.items[1].as.string, "/b");
}

TEST_F(Settings, AnAdditionAfterAReplacementAddsToThat) {
  const Pipeline pipeline =
      WithSets("- mount: {root: /r, paths: [/a]}\n", {"mount.paths=[/b]", "mount.paths+=/c"});
  ASSERT_EQ(Values(pipeline)[2].count, 2U);
  EXPECT_STREQ(Values(pipeline)[2].as.items[0].as.string, "/b");
}

TEST_F(Settings, AnAdditionToAMapAddsKeysAndReplacesThem) {
  const Pipeline pipeline = WithSets("- mount: {root: /r, sizes: {a: 1KiB, b: 2KiB}}\n",
                                     {"mount.sizes+={b: 3KiB, c: 4KiB}"});
  const slipway_value& sizes = Values(pipeline)[4];
  ASSERT_EQ(sizes.count, 3U);
  EXPECT_EQ(sizes.as.items[1].as.integer, 1024);
  EXPECT_EQ(sizes.as.items[3].as.integer, 3072);
  EXPECT_EQ(sizes.as.items[5].as.integer, 4096);
}

TEST_F(Settings, MistakesInAdditions) {
  const std::pair<const char*, const char*> cases[] = {
      {"mount.binds+={source: /a, target: b}",
       "--set mount.binds: mount: binds[1].target: not absolute \"b\" (write an absolute path "
       "inside the container)\n"},
      {"mount.readonly+=true",
       "--set mount.readonly: mount: readonly: only a list or a map can grow (write = for +=)\n"},
      {"mount.sizes+=a",
       "--set mount.sizes: mount: sizes: found a single value \"a\" (write a map of names to "
       "sizes)\n"},
      {"mount.bind+=/a",
       "--set mount.bind: mount: unknown option \"bind\" (did you mean \"binds\"?)\n"},
  };
  for (const auto& [set, line] : cases) {
    EXPECT_EQ(AllErrorsOf("- mount: {root: /r, binds: [{source: /, target: /}]}\n", {set}), line);
  }
}

TEST_F(Settings, WhatTheFileHasWrongIsToldBesideAnAdditionToIt) {
  EXPECT_EQ(AllErrorsOf("- mount: {root: /r, paths: /a}\n", {"mount.paths+=/b"}),
            "3:28: mount: paths: found a single value \"/a\" (write a list of paths)\n");
}

TEST_F(Settings, ATokenReachesEveryAlternative) {
  const Pipeline pipeline = WithSets(kChoice, {"cgroup.pids.max=7"});
  EXPECT_EQ(Values(pipeline, 0, 0)[0].as.integer, 7);
  EXPECT_EQ(Values(pipeline, 0, 1)[0].as.integer, 7);
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 0).ok());
}

TEST_F(Settings, ATokenThatNotEveryAlternativeProvides) {
  EXPECT_EQ(AllErrorsOf("- first-of: [cgroup-v2, uts]\n", {"cgroup.pids.max=7"}),
            "--set cgroup.pids.max: not every alternative of first-of provides \"cgroup\" (uts at "
            "/etc/slipway/f.yaml:3:25 does not: name the stage)\n");
}

TEST_F(Settings, ATokenOfTwoSteps) {
  EXPECT_EQ(AllErrorsOf("- cgroup-v2\n- cgroup-v1\n", {"cgroup.pids.max=7"}),
            "--set cgroup.pids.max: two stages provide \"cgroup\" (cgroup-v2 at "
            "/etc/slipway/f.yaml:3:3 and cgroup-v1 at /etc/slipway/f.yaml:4:3: name the stage)\n");
}

TEST_F(Settings, OfAnAlternativeThatIsNotTakenAreRefused) {
  const Pipeline pipeline = WithSets(kChoice, {"cgroup-v2.pids.max=1"});
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 0).ok());
  const Status status = CheckTaken(pipeline.steps[0], 1);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "--set cgroup-v2.pids.max=1: cgroup-v2 was not taken (cgroup-v1 was, at "
            "/etc/slipway/f.yaml:3:41; --set cgroup.pids.max=... reaches whichever is taken)");
}

TEST_F(Settings, OfAllAlternativesAreRefusedForNone) {
  const Pipeline pipeline = WithSets(kChoice, {"cgroup-v2.pids.max=1", "cgroup-v1.pids.max=2"});
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 0).ok());
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 1).ok());
}

TEST_F(Settings, OfAStageThatIsLeftOutAreRefused) {
  constexpr const char* kOptional = "- first-of: [cgroup-v2, none]\n";
  EXPECT_TRUE(CheckTaken(WithSets(kOptional, {}).steps[0], std::nullopt).ok());
  const std::string why =
      ": no stage of first-of was taken (none was, at /etc/slipway/f.yaml:3:25: it would have no "
      "effect; runtime check --probe says why)";
  for (const std::string set : {"cgroup-v2.pids.max=1", "cgroup.pids.max=1"}) {
    const Pipeline pipeline = WithSets(kOptional, {set});
    EXPECT_TRUE(CheckTaken(pipeline.steps[0], 0).ok());
    const Status status = CheckTaken(pipeline.steps[0], std::nullopt);
    ASSERT_FALSE(status.ok()) << set;
    EXPECT_EQ(status.error().ToString(), "--set " + set + why);
  }
  const Pipeline pipeline = With(kOptional, {ShortOverride("pids", "9")});
  const Status status = CheckTaken(pipeline.steps[0], std::nullopt);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(), "--pids=9" + why);
}

TEST_F(Settings, ReachEachAlternativeOfTheName) {
  const Pipeline pipeline =
      WithSets("- first-of: [uts: {hostname: a}, uts: {hostname: b}]\n", {"uts.hostname=c"});
  EXPECT_STREQ(Values(pipeline, 0, 0)[0].as.string, "c");
  EXPECT_STREQ(Values(pipeline, 0, 1)[0].as.string, "c");
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 0).ok());
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 1).ok());
}

TEST_F(Settings, AShortNameSetsTheOptionThatDeclaresIt) {
  const Pipeline pipeline =
      With("- mount: {root: /r, paths: [/a]}\n- uts\n",
           {ShortOverride("hostname", "a: b"), ShortOverride("read-only", "true"),
            ShortOverride("path", "/b"), ShortOverride("path", "/c")});
  EXPECT_STREQ(Values(pipeline, 1)[0].as.string, "a: b");
  EXPECT_EQ(Values(pipeline)[1].as.integer, 1);
  ASSERT_EQ(Values(pipeline)[2].count, 3U);
  EXPECT_STREQ(Values(pipeline)[2].as.items[2].as.string, "/c");
}

TEST_F(Settings, AShortNameReachesEveryAlternative) {
  const Pipeline pipeline = With(kChoice, {ShortOverride("pids", "9")});
  EXPECT_EQ(Values(pipeline, 0, 0)[0].as.integer, 9);
  EXPECT_EQ(Values(pipeline, 0, 1)[0].as.integer, 9);
  EXPECT_TRUE(CheckTaken(pipeline.steps[0], 1).ok());
}

TEST_F(Settings, AShortNameThatTheTakenAlternativeLacksIsRefused) {
  const Pipeline pipeline = With("- first-of: [cgroup-v2, uts]\n", {ShortOverride("pids", "9")});
  const Status status = CheckTaken(pipeline.steps[0], 1);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(),
            "--pids=9: cgroup-v2 was not taken (uts was, at /etc/slipway/f.yaml:3:25)");
}

TEST_F(Settings, MistakesInShortNames) {
  EXPECT_EQ(ErrorsWith("- cgroup-v2\n", {ShortOverride("pids", "many")}),
            "--pids: cgroup-v2: pids.max: not an integer \"many\" (write an integer from 1 to "
            "4194304)\n");
  EXPECT_EQ(ErrorsWith("- cgroup-v2\n- cgroup-v1\n", {ShortOverride("pids", "9")}),
            "--pids: two stages have this option (cgroup-v2 at /etc/slipway/f.yaml:3:3 and "
            "cgroup-v1 at /etc/slipway/f.yaml:4:3: say which with --set)\n");
  EXPECT_EQ(ErrorsWith("- uts\n", {ShortOverride("pids", "9")}),
            "--pids: no stage of the pipeline has this option\n");
}

TEST_F(Settings, OfTheProcessTakeThePlaceOfTheFiles) {
  const std::string stages =
      "- uts\nprocess: {args: [a], cwd: /a, env: {A: a, B: b}, pass: [P, Q]}\n";
  const Process all = WithSets(stages, {"process.args=[b, c]", "process.cwd=/b",
                                        "process.env={C: c}", "process.pass=[R]"})
                          .process;
  EXPECT_EQ(all.args, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(all.cwd, "/b");
  EXPECT_EQ(all.env, (std::map<std::string, std::string>{{"C", "c"}}));
  EXPECT_EQ(all.pass, std::vector<std::string>{"R"});
  const Process more =
      WithSets(stages, {"process.args+=b", "process.args+=[c]", "process.env.A=x",
                        "process.env+={B: y}", "process.env.P=z", "process.pass+=R"})
          .process;
  EXPECT_EQ(more.args, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(more.env, (std::map<std::string, std::string>{{"A", "x"}, {"B", "y"}, {"P", "z"}}));
  EXPECT_EQ(more.pass, (std::vector<std::string>{"Q", "R"}));
}

TEST_F(Settings, OfTheAnnotations) {
  const std::string stages = "- uts\nannotations: {a: a, org.example.b: b}\n";
  const Pipeline pipeline = With(stages, {*ParseOverride("annotations.org.example.b=x"),
                                          *AnnotationOverride("--annotation", "c=[d"),
                                          *AnnotationOverride("--annotation", "c=[e")});
  EXPECT_EQ(pipeline.annotations, (Annotations{{"a", "a"}, {"c", "[e"}, {"org.example.b", "x"}}));
  EXPECT_EQ(ErrorsWith(stages, {*ParseOverride("annotations.a+=b")}),
            "--set annotations.a: annotations.a: only a list or a map can grow (write = for +=)\n");
  EXPECT_EQ(ErrorsWith(stages, {*ParseOverride("annotations.a=[b]")}),
            "--set annotations.a: annotations.a: found a list (write a text; an empty one is "
            "\"\")\n");
}

TEST_F(Settings, OfTheProcessInShort) {
  const Process process =
      With("- uts\n", {*VariableOverride("-e", "A=b: [c=d"), *VariableOverride("-e", "P"),
                       *VariableOverride("-e", "E="), ProcessOverride("-w", "cwd", "/w x")})
          .process;
  EXPECT_EQ(process.env, (std::map<std::string, std::string>{{"A", "b: [c=d"}, {"E", ""}}));
  EXPECT_EQ(process.pass, std::vector<std::string>{"P"});
  EXPECT_EQ(process.cwd, "/w x");
}

TEST_F(Settings, AStopSignal) {
  const auto signal = [this](const std::string& head, const std::vector<Override>& overrides) {
    return With(head, overrides).process.stop_signal;
  };
  EXPECT_EQ(signal("- uts\n", {}), SIGTERM);
  EXPECT_EQ(signal("- uts\n", {*ParseOverride("process.stop_signal=SIGINT")}), SIGINT);
  EXPECT_EQ(signal("- uts\n", {ProcessOverride("--stop-signal", "stop_signal", "3")}), SIGQUIT);
}

TEST_F(Settings, MistakesInThoseOfTheProcess) {
  const std::pair<const char*, const char*> cases[] = {
      {"process.cwd=tmp",
       "--set process.cwd: process.cwd: not absolute \"tmp\" (write an absolute path inside the "
       "container)\n"},
      {"process.args=ls",
       "--set process.args: process.args: found a single value \"ls\" (write a list of texts, such "
       "as [/bin/sh, -c, date])\n"},
      {"process.env.A=",
       "--set process.env.A: process.env.A: has no value (write a text; an empty one is \"\")\n"},
      {"process.cwd+=/a",
       "--set process.cwd: process.cwd: only a list or a map can grow (write = for +=)\n"},
      {"process.arg=[a]",
       "--set process.arg: process: unknown key \"arg\" (did you mean \"args\"?)\n"},
      {"process.user=a",
       "--set process.user: process: unknown key \"user\" (one of args, cwd, env, pass, timeout, "
       "grace, stop_signal)\n"},
      {"process.stop_signal+=INT",
       "--set process.stop_signal: process.stop_signal: only a list or a map can grow (write = for "
       "+=)\n"},
      {"process.stop_signal=RTMIN+99",
       "--set process.stop_signal: process.stop_signal: no such signal \"RTMIN+99\" (write a name "
       "such as TERM or RTMIN+3, or a number)\n"},
  };
  for (const auto& [set, line] : cases) EXPECT_EQ(AllErrorsOf("- uts\n", {set}), line);
  EXPECT_EQ(ErrorsWith("- uts\n", {ProcessOverride("-w", "cwd", "tmp")}),
            "-w: process.cwd: not absolute \"tmp\" (write an absolute path inside the "
            "container)\n");
}

TEST_F(Settings, TheFilesMistakesComeBeforeTheirs) {
  EXPECT_EQ(AllErrorsOf("- uts: {hostname: []}\n- cgroup-v1\n",
                        {"cgroup-v1.pids.max=0", "network.name=a"}),
            "3:19: uts: hostname: found a list (write a text of 1 to 64 bytes)\n"
            "--set network.name: no such stage in the pipeline \"network\" (one of uts, "
            "cgroup-v1)\n"
            "--set cgroup-v1.pids.max: cgroup-v1: pids.max: out of range \"0\" (write an integer "
            "from 1 to 4194304)\n");
}

}  // namespace
}  // namespace slipway::config
