// A config that extends another one, through the built host.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

class Extends : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
    test_.Write("bases/base.yaml",
                "version: 1\nprocess: {args: [hostname], env: {A: base}}\n"
                "stages:\n  - uts: {hostname: base}\n  - pid\n  - mount: {root: ../root}\n");
  }

  RunResult Run(const std::string& config, const Words& command, const Words& flags = {}) {
    return test_.RunContainer(test_.Write("own.yaml", "version: 1\n" + config), command, {}, flags);
  }

  ContainerTest test_;
};

TEST_F(Extends, RunsTheStagesOfBoth) {
  const RunResult result =
      Run("extends: bases/base.yaml\nset: {uts.hostname: own}\nstages:\n  - proc\n",
          {"sh", "-c", "hostname; echo $A; cat /proc/1/comm >/dev/null && echo proc"});
  EXPECT_EQ(result.out, "own\nbase\nproc\n") << result.err;
}

TEST_F(Extends, TakesTheCommandToo) {
  EXPECT_EQ(Run("extends: ./bases/base.yaml\n", {}).out, "base\n");
}

TEST_F(Extends, APathMayBeginAtTheHomeFolder) {
  const std::string own = test_.Write("own.yaml", "version: 1\nextends: ~/base.yaml\n");
  const RunResult result = RunProgram(
      {"/usr/bin/env", "HOME=" + test_.Path("bases"), Runfile("runtime/runtime"), "check", own});
  EXPECT_EQ(result.out, own + ": ok: uts pid mount\n") << result.err;
}

TEST_F(Extends, NoOtherVariableIsKnown) {
  const std::string own = test_.Write("own.yaml", "version: 1\nextends: $PWD/base.yaml\n");
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "check", own});
  EXPECT_NE(
      result.err.find("own.yaml:2:10: extends: not a path \"$PWD/base.yaml\" (of variables, "),
      std::string::npos)
      << result.err;
}

TEST_F(Extends, TheCommandLineChangesBoth) {
  EXPECT_EQ(Run("extends: bases/base.yaml\nset: {uts.hostname: own}\n", {"hostname"},
                {"--hostname", "line"})
                .out,
            "line\n");
}

TEST_F(Extends, IsToldOfByStatsAndVerbose) {
  const std::string stats = test_.Path("stats");
  const RunResult result = Run("extends: bases/base.yaml\n", {"true"}, {"-v", "--stats", stats});
  const std::string base = test_.Path("bases/base.yaml");
  EXPECT_NE(result.err.find("runtime: it extends: " + base + "\n"), std::string::npos)
      << result.err;
  EXPECT_NE(ReadText(stats).find("\"extends\":[\"" + base + "\"],\"first_of\""), std::string::npos)
      << ReadText(stats);
}

TEST_F(Extends, IsToldOfByList) {
  const std::string config = test_.Write("own.yaml", "version: 1\nextends: bases/base.yaml\n");
  const std::string state = test_.Path("state");
  Running container(
      test_.Argv(config, {"sh", "-c", "echo ready; exec sleep 1000"}, {"--root", state}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  const std::string json =
      RunProgram({Runfile("runtime/runtime"), "list", "--root", state, "--format", "json"}).out;
  EXPECT_NE(json.find("\"extends\":[\"" + test_.Path("bases/base.yaml") + "\"]"), std::string::npos)
      << json;
  container.Signal(SIGTERM);
  container.Await();
}

TEST_F(Extends, AMistakeIsShownInItsOwnFile) {
  const std::string base = test_.Write("bases/base.yaml", "version: 1\nstages:\n  - uts: 7\n");
  const std::string own = test_.Write("own.yaml", "version: 1\n\nextends: bases/base.yaml\n");
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "check", own});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "runtime: " + base +
                            ":3:10: uts: options: found a single value (write a map, {option: "
                            "value})\n    3 |   - uts: 7\n      |          ^\n");
}

TEST_F(Extends, ABaseIsAPlainFileOfItsOwn) {
  ASSERT_EQ(mkfifo(test_.Path("fifo.yaml").c_str(), 0644), 0);
  EXPECT_NE(Run("extends: ./fifo.yaml\n", {"true"}).err.find("not a regular file"),
            std::string::npos);
  EXPECT_NE(Run("extends: /proc/self/fd/0\n", {"true"}).err.find("not a file of its own"),
            std::string::npos);
}

TEST_F(Extends, WhatIsNotThereIsSaid) {
  const RunResult result = Run("extends: no-such\n", {"true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_TRUE(result.err.starts_with("runtime: " + test_.Path("own.yaml") +
                                     ":2:10: extends: config not found \"no-such\" (looked in "))
      << result.err;
}

// As behind --config.
TEST_F(Extends, WhatWasMeantIsSaid) {
  test_.Write("sandbank.yaml", "version: 1\nstages: [uts]\n");
  EXPECT_NE(Run("extends: sandbnk.yaml\n", {"true"})
                .err.find("config not found \"sandbnk.yaml\" (did you mean \"sandbank.yaml\"? "
                          "looked in " +
                          test_.folder() + ", "),
            std::string::npos);
  EXPECT_NE(Run("extends: sandbank\n", {"true"})
                .err.find("config not found \"sandbank\" (did you mean \"sandbank.yaml\"? looked "),
            std::string::npos);
}

TEST_F(Extends, PlanTellsOfAllStages) {
  const std::string own =
      test_.Write("own.yaml", "version: 1\nextends: bases/base.yaml\nstages: [proc]\n");
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "plan", own, "true"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("\nuts: "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("\nproc: "), std::string::npos) << result.out;
}

}  // namespace
}  // namespace slipway::testing
