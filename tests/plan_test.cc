// runtime plan: what a run would do, told by the stages, while nothing is done.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

constexpr char kStages[] = "  - uts: {hostname: web}\n  - mount: {root: root}\n";

class Plan : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
  }
  void TearDown() override { test_.ExpectNothingLeft(); }

  // words: what follows the verb.
  static RunResult Tell(const Words& words, const RunOptions& options = {}) {
    Words argv = {Runfile("runtime/runtime"), "plan", "--plugin-dir", Runfile("tests/plugins")};
    argv.insert(argv.end(), words.begin(), words.end());
    return RunProgram(argv, options);
  }

  static bool Has(const RunResult& result, const std::string& part) {
    return result.out.find(part) != std::string::npos;
  }

  ContainerTest test_;
};

TEST_F(Plan, TellsOfEachStageAndThenOfTheRuntime) {
  const std::string config = test_.WriteStages(kStages);
  RunOptions options;
  options.environment["TERM"] = "dumb";
  const RunResult plan = Tell({config, "-e", "A=secret", "-w", "/tmp", "ls", "-l", "a b"}, options);
  EXPECT_EQ(
      plan.out,
      config +
          ": a run would do this, in this order; nothing was done\n"
          "\n"
          "uts: Its own host name and domain name (UTS namespace)\n"
          "  namespace  uts        a new one\n"
          "  other      host name  web\n"
          "\n"
          "mount: Its own mounts and root folder (mount namespace)\n"
          "  namespace  mount  a new one\n"
          "  mount      /      the folder " +
          test_.Path("root") +
          "; entered by pivot_root\n"
          "\n"
          "then the runtime itself\n"
          "  mount      /            the root that a stage has made is entered; else it is the "
          "machine's\n"
          "  process    folder       /tmp\n"
          "  process    environment  A, HOME, PATH, TERM\n"
          "  process    init         where a stage asks for one, it runs the command\n"
          "  process    command      ls -l 'a b'\n");
  EXPECT_EQ(plan.err, "");
  EXPECT_EQ(plan.status, 0);
}

TEST_F(Plan, TakesWhatTheCommandLineSaysOverTheConfig) {
  const std::string config = test_.WriteStages(kStages);
  for (const Words& words : {Words{"--set", "uts.hostname=db", config},
                             {config, "--set", "uts.hostname=db"},
                             {config, "--hostname", "db"},
                             {"--config", config, "--hostname=db", "--", "ls"}}) {
    const RunResult plan = Tell(words);
    EXPECT_TRUE(Has(plan, "  other      host name  db\n")) << plan.out << plan.err;
    EXPECT_EQ(plan.status, 0);
  }
}

TEST_F(Plan, NeedsNoCommand) {
  EXPECT_TRUE(Has(Tell({test_.WriteStages(kStages)}),
                  "  command      none is named, neither behind FILE nor as process.args\n"));
}

TEST_F(Plan, SaysOfAStageThatTellsNothingMore) {
  const RunResult plan = Tell({test_.WriteStages("  - good-plain-c\n")});
  EXPECT_TRUE(Has(plan, "\n\ngood-plain-c: ")) << plan.out << plan.err;
  EXPECT_TRUE(Has(plan, "\n  what it does in detail, this stage does not tell\n\nthen "))
      << plan.out;
}

TEST_F(Plan, KnowsTheAnnotations) {
  const std::string config =
      test_.WriteStages("  - good-told: {file: told}\nannotations: {team: web}\n");
  EXPECT_TRUE(Has(Tell({config}), "  other      web  is told\n"));
  EXPECT_TRUE(Has(Tell({config, "--annotation", "team=db"}), "  other      db  is told\n"));
}

// good-logs gives its token away.
TEST_F(Plan, KeepsSecrets) {
  const std::string config = test_.WriteStages("  - good-logs: {token: hunter2}\n");
  for (const Words& words : {Words{config}, {"--format", "json", config}}) {
    const RunResult plan = Tell(words);
    EXPECT_TRUE(Has(plan, "(secret)")) << plan.out;
    EXPECT_FALSE(Has(plan, "hunter2")) << plan.out;
    EXPECT_EQ(plan.err.find("hunter2"), std::string::npos) << plan.err;
  }
}

TEST_F(Plan, DoesNothing) {
  // The state folder of a run would lie there.
  std::filesystem::create_directory(test_.Path("run"));
  RunOptions options;
  options.prepare = [run = test_.Path("run")] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount(run.c_str(), "/run", nullptr, MS_BIND, nullptr) != 0) {
      _exit(1);
    }
  };
  const std::string config = test_.WriteStages(
      "  - uts\n  - pid\n  - mount: {root: root, upper: kept, tmpfs: [/tmp]}\n  - proc\n"
      "  - first-of: [cgroup-v2: {parent: /}, cgroup-v1: {parent: /}]\n");
  const RunResult plan = Tell({config}, options);
  EXPECT_EQ(plan.status, 0) << plan.err;
  EXPECT_TRUE(std::filesystem::is_empty(test_.Path("run")));
  EXPECT_TRUE(Has(plan, "  file       " + test_.Path("kept"))) << plan.out;
  EXPECT_FALSE(std::filesystem::exists(test_.Path("kept")));
  EXPECT_FALSE(std::filesystem::exists(test_.Path("kept.work")));
  const std::string mark = "\n  cgroup     ";
  size_t cgroups = 0;
  for (size_t at = plan.out.find(mark); at != std::string::npos; at = plan.out.find(mark, at + 1)) {
    const size_t begin = at + mark.size();
    const std::string path = plan.out.substr(begin, plan.out.find(' ', begin) - begin);
    if (!path.ends_with("/ID")) continue;
    EXPECT_FALSE(std::filesystem::exists(path)) << path;
    ++cgroups;
  }
  EXPECT_GT(cgroups, 0U) << plan.out;
}

TEST_F(Plan, TellsWhichOfAFirstOfDoesNotWorkHere) {
  const RunResult plan =
      Tell({test_.WriteStages("  - first-of: [good-not-here: {cure: go there}, uts]\n")});
  EXPECT_TRUE(Has(plan, "\n\nuts: ")) << plan.out;
  EXPECT_TRUE(Has(plan, "\n\nnot available here: ")) << plan.out;
  EXPECT_EQ(plan.status, 0);
}

TEST_F(Plan, ThatDoesNotWorkHereIsToldAsCheckDoes) {
  const std::string config = test_.WriteStages("  - uts\n  - good-not-here\n");
  const RunResult plan = Tell({config});
  const RunResult check = RunProgram({Runfile("runtime/runtime"), "check", "--probe",
                                      "--plugin-dir", Runfile("tests/plugins"), config});
  EXPECT_NE(plan.err, "");
  EXPECT_EQ(plan.err, check.err);
  EXPECT_EQ(plan.out, "");
  EXPECT_EQ(plan.status, 1);
}

TEST_F(Plan, OfAWrongConfigTellsTheMistakes) {
  const std::string config = test_.WriteStages("  - uts: {hostnam: x}\n  - Pid\n");
  const RunResult plan = Tell({config});
  EXPECT_NE(plan.err.find(":3:11: uts: unknown option \"hostnam\""), std::string::npos) << plan.err;
  EXPECT_NE(plan.err.find(": 2 mistakes\n"), std::string::npos) << plan.err;
  EXPECT_EQ(plan.status, 1);
  const RunResult json = Tell({"--format", "json", config});
  EXPECT_TRUE(Has(json, "\"ok\":false,\"stages\":[]")) << json.out;
  EXPECT_EQ(json.status, 1);
}

TEST_F(Plan, IsAlsoInJson) {
  const RunResult plan = Tell({"--format", "json", test_.WriteStages(kStages), "ls"});
  EXPECT_TRUE(Has(plan, R"("ok":true,"stages":[{"name":"uts",)")) << plan.out;
  EXPECT_TRUE(Has(plan, R"({"kind":"other","subject":"host name","detail":"web"})")) << plan.out;
  EXPECT_TRUE(
      Has(plan, R"({"kind":"process","subject":"command","detail":"ls"}],"not_available":[])"))
      << plan.out;
  EXPECT_EQ(plan.status, 0);
}

TEST_F(Plan, NeedsAConfig) {
  ExpectRefusal(Tell({}), "no config was named (write runtime plan FILE)", 1);
  ExpectRefusal(Tell({"./nowhere.yaml"}),
                "cannot open \"./nowhere.yaml\": No such file or directory", 1);
}

TEST_F(Plan, SaysWhichRightsAreMissing) {
  const PublicCopy copy({"uts"});
  RunOptions options;
  options.uid = 65534;
  const RunResult plan = RunProgram({copy.host(), "plan", copy.WriteStages("  - uts\n")}, options);
  EXPECT_NE(plan.err.find("uts: needs root"), std::string::npos) << plan.err;
  EXPECT_EQ(plan.status, 1);
}

}  // namespace
}  // namespace slipway::testing
