// process.timeout: a command whose time is up ends, whatever it does, and everybody is told why.

#include <gtest/gtest.h>
#include <signal.h>

#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"

namespace slipway::testing {
namespace {

constexpr char kPausable[] =
    "  - pid\n  - mount: {root: root}\n  - proc\n"
    "  - first-of:\n      - cgroup-v2: {pids.max: 9}\n      - cgroup-v1: {pids.max: 9}\n";

constexpr char kNote[] = "runtime: the command took longer than process.timeout";

class Timeout : public LivingOn {
 protected:
  Words RunArgv(const std::string& script, const Words& more,
                const std::string& stages = kPlain) const {
    return BuildArgv("run", stages, {"/bin/sh", "-c", script}, more);
  }

  RunResult Run(const std::string& script, const Words& more,
                const std::string& stages = kPlain) const {
    return RunProgram(RunArgv(script, more, stages));
  }

  void AwaitState(const std::string& state) const {
    while (Listed("state") != state) sched_yield();
  }
};

TEST_F(Timeout, IsNothingToACommandThatEndsInTime) {
  const RunResult result = Run("echo said; exit 3", {"--timeout", "1h"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "said\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(Timeout, OfZeroIsNone) {
  EXPECT_EQ(Run("sleep 0.1; exit 3", {"--set", "process.timeout=1ms", "--timeout", "0s"}).status,
            3);
}

TEST_F(Timeout, LetsTheCommandEndByItself) {
  const RunResult result =
      Run("trap 'echo told; exit 3' TERM; sleep 1000 & wait", {"--timeout", "200ms"});
  EXPECT_EQ(result.status, 124);
  EXPECT_EQ(result.out, "told\n");
  EXPECT_TRUE(result.err.starts_with(kNote)) << result.err;
  EXPECT_NE(result.err.find("200ms"), std::string::npos) << result.err;
}

TEST_F(Timeout, KillsACommandThatTakesNoNotice) {
  const RunResult result =
      Run("trap '' TERM; while :; do :; done", {"--timeout", "200ms", "--grace", "100ms"});
  EXPECT_EQ(result.status, 124);
}

TEST_F(Timeout, IsTakenFromTheConfig) {
  const std::string process = "process: {timeout: 200ms, grace: 100ms}\n";
  const std::string config = test_.Write("t.yaml", "version: 1\n" + process + "stages:\n" + kPlain);
  const RunResult result = RunProgram(Argv({"run", "--config", config, "--name", id(), "/bin/sh",
                                            "-c", "trap '' TERM; exec sleep 1000"}));
  EXPECT_EQ(result.status, 124) << result.err;
}

TEST_F(Timeout, IsToldOfInStats) {
  const std::string stats = test_.Path("stats");
  EXPECT_EQ(Run("exec sleep 1000", {"--timeout", "100ms", "--stats", stats}).status, 124);
  EXPECT_NE(ReadText(stats).find("\"ended\":\"timeout\",\"status\":124,\"error\":null"),
            std::string::npos)
      << ReadText(stats);
}

TEST_F(Timeout, HoldsInTheBackground) {
  const RunResult run = Run("exec sleep 1000", {"--timeout", "300ms", "-d"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(Later({"wait", id()}).status, 124);
  AwaitOrphans();
  EXPECT_EQ(Listed("exit_status"), "124");
  EXPECT_EQ(Listed("timed_out"), "true");
  EXPECT_NE(Later({"list"}).out.find("stopped (124, timeout)"), std::string::npos);
}

TEST_F(Timeout, HoldsWithACallerWhoseEndCounts) {
  EXPECT_EQ(Run("exec sleep 1000", {"--timeout", "100ms", "--die-with-caller"}).status, 124);
}

TEST_F(Timeout, LetsAPausedContainerGoOn) {
  Running container(RunArgv("trap 'echo told; exit 3' TERM; echo ready; sleep 1000 & wait",
                            {"--timeout", "3s"}, kPausable));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  AwaitState("running");
  ASSERT_EQ(Later({"pause", id()}).status, 0);
  const RunResult result = container.Await();
  EXPECT_EQ(result.status, 124);
  EXPECT_EQ(result.out, "ready\ntold\n");
}

TEST_F(Timeout, EndsAContainerThatIsPausedInItsGrace) {
  Running container(RunArgv("trap 'echo told' TERM; while :; do sleep 1000 & wait; done",
                            {"--timeout", "500ms", "--grace", "3s"}, kPausable));
  ASSERT_TRUE(container.AwaitOutput("told\n"));
  ASSERT_EQ(Later({"pause", id()}).status, 0);
  EXPECT_EQ(container.Await().status, 124);
}

TEST_F(Timeout, LetsAStoppedCommandGoOn) {
  const RunResult result = Run("trap 'echo told; exit 3' TERM; kill -STOP $$; sleep 1000 & wait",
                               {"--timeout", "300ms"});
  EXPECT_EQ(result.status, 124);
  EXPECT_EQ(result.out, "told\n");
}

TEST_F(Timeout, IsKeptByARuntimeThatWasStopped) {
  Running container(
      RunArgv("echo ready; sleep 2; echo late; exec sleep 1000", {"--timeout", "1s"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGSTOP);
  ASSERT_TRUE(container.AwaitOutput("late\n"));
  container.Signal(SIGCONT);
  EXPECT_EQ(container.Await().status, 124);
}

TEST_F(Timeout, IsRefusedWhereNobodyWouldSeeToIt) {
  const std::string cure =
      " (--set process.timeout=0s does without; runtime run -d has a runtime)\n";
  const RunResult created =
      RunProgram(BuildArgv("create", kPlain, {"/bin/true"}, {"--set", "process.timeout=1s"}));
  EXPECT_EQ(created.status, 125);
  EXPECT_EQ(created.err,
            "runtime: --set process.timeout: process.timeout: a container that was created has no "
            "runtime that could end it" +
                cure);
  const RunResult outlives = Run("exit 0", {"--timeout", "1s", "--outlive-runtime"});
  EXPECT_EQ(outlives.status, 125);
  EXPECT_EQ(outlives.err,
            "runtime: --timeout: process.timeout: a container that outlives its runtime may have "
            "none to end it" +
                cure);
}

TEST_F(Timeout, OfAWrongValueIsAMistake) {
  const RunResult result = Run("exit 0", {"--timeout", "30"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err,
            "runtime: --timeout: process.timeout: a duration without a unit \"30\" (write 30ms or "
            "30s; units are ns us ms s m h)\n");
}

// The stages in front of the root: with each kind of start.
class TimeoutOf : public Timeout, public ::testing::WithParamInterface<const char*> {};

TEST_P(TimeoutOf, EndsTheCommand) {
  const std::string stages = std::string(GetParam()) + "  - mount: {root: root}\n";
  const RunResult result = Run("exec sleep 1000", {"--timeout", "100ms"}, stages);
  EXPECT_EQ(result.status, 124);
  EXPECT_TRUE(result.err.starts_with(kNote)) << result.err;
}

INSTANTIATE_TEST_SUITE_P(All, TimeoutOf,
                         ::testing::Values("", "  - pid\n", "  - pid: {init: false}\n",
                                           "  - bad-throws\n  - pid\n",
                                           "  - bad-throws\n  - pid: {init: false}\n"));

}  // namespace
}  // namespace slipway::testing
