// A stage's Started is called once the command runs: by whom, with what, and what comes of one that
// goes wrong.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/each_way.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

std::vector<Way> StartsAndCreates() {
  std::vector<Way> ways = Starts();
  for (const Way& way : Creates()) ways.push_back(way);
  return ways;
}

class StartedAtAll : public EachWay {};

TEST_P(StartedAtAll, FindsTheProcessAndWhatInChildHasKept) {
  const RunResult result = Run("  - good-started: {state: kept}\n", "echo runs; exit 3");
  EXPECT_EQ(result.out, "runs\n");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err.substr(0, result.err.find('\n')),
            "runtime: warning: good-started: started: there, pinned, state 'kept'");
}

TEST_P(StartedAtAll, ThatFailsEndsTheContainer) {
  const RunResult result = Run("  - good-started: {how: fail}\n", "sleep 1000");
  EXPECT_NE(result.err.find("good-started: tell the world \"the container\" (nobody listens)\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(Listed("state"), IsBy("create") ? "stopped" : "");
  EXPECT_EQ(Listed("exit_status"), IsBy("create") ? "125" : "");
}

TEST_P(StartedAtAll, ThatHangsEndsTheContainer) {
  const RunResult result =
      Run("  - good-started: {how: hang}\n", "sleep 1000", {"--hook-timeout", "1"});
  EXPECT_NE(result.err.find("good-started: hung in its Started hook: no end within 1 s"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(Listed("state"), IsBy("create") ? "stopped" : "");
  EXPECT_EQ(Listed("exit_status"), IsBy("create") ? "125" : "");
}

TEST_P(StartedAtAll, ThatCrashesEndsTheContainer) {
  const RunResult result = Run("  - good-started: {how: crash}\n", "sleep 1000");
  EXPECT_NE(result.err.find("good-started: crashed in its Started hook: Aborted"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(Listed("state"), IsBy("create") ? "stopped" : "");
  EXPECT_EQ(Listed("exit_status"), IsBy("create") ? "125" : "");
}

TEST_P(StartedAtAll, ThatClosesTheRuntimesDescriptorsEndsTheContainer) {
  const RunResult result = Run("  - good-started: {how: close-fds}\n", "sleep 1000");
  EXPECT_NE(result.err.find("good-started: closed the runtime's descriptors in its Started hook"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.status, 125);
}

INSTANTIATE_TEST_SUITE_P(By, StartedAtAll, ::testing::ValuesIn(StartsAndCreates()), NameOf<Way>);

class StartedByItsHost : public EachWay {};

TEST_P(StartedByItsHost, FindsWhatInChildHasPutAside) {
  const RunResult result = Run("  - good-started: {aside: [one, two]}\n", "true");
  EXPECT_EQ(result.err,
            "runtime: warning: good-started: started: there, pinned, state '', one, two\n"
            "runtime: warning: good-started: teardown: begun, state ''\n");
}

// The command would wait for ever.
TEST_P(StartedByItsHost, HoldsThatNoLongerThanTheHook) {
  const RunResult result = Run("  - good-started: {pipe: true}\n", "cat <&9; echo ended");
  EXPECT_EQ(result.out, "ended\n") << result.err;
}

TEST_P(StartedByItsHost, NothingIsPutAsideThatIsNotOpen) {
  const RunResult result = Run("  - good-started: {not-open: true}\n", "true");
  EXPECT_NE(result.err.find("good-started: cannot put aside the descriptor \"-1\": Bad file "
                            "descriptor (a bug of the stage)\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.status, 125);
}

TEST_P(StartedByItsHost, ReportAndTeardownFindTheStateToo) {
  const RunResult result = Run("  - good-started: {state: kept}\n", "exit 1");
  EXPECT_EQ(result.err,
            "runtime: warning: good-started: started: there, pinned, state 'kept'\n"
            "runtime: warning: good-started: report: begun, state 'kept'\n"
            "runtime: warning: good-started: teardown: begun, state 'kept'\n");
}

INSTANTIATE_TEST_SUITE_P(By, StartedByItsHost, ::testing::ValuesIn(Starts()), NameOf<Way>);

class StartedLater : public LivingOn {
 protected:
  static std::string Stages(const std::string& options) {
    return std::string(kPlain) + "  - good-started: {" + options + "}\n";
  }

  // Of a container beside the test's own.
  Words RunOther() const {
    return Argv({"run", "--config", test_.Path("test.yaml"), "--name", id() + "x", "--plugin-dir",
                 Runfile("tests/plugins"), "--", "/bin/sleep", "1000"});
  }
};

TEST_F(StartedLater, IsLeftToStart) {
  ASSERT_EQ(Build(Stages("state: kept"), {"/bin/sleep", "1000"}).status, 0) << Out();
  EXPECT_EQ(Out(), id() + "\n");
  const RunResult result = Later({"start", id()});
  EXPECT_EQ(result.err, "runtime: warning: good-started: started: there, pinned, state 'kept'\n");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(Listed("state"), "running");
}

TEST_F(StartedLater, NothingCanBePutAsideForAnotherProcess) {
  const RunResult result =
      RunProgram(BuildArgv("create", Stages("aside: [one]"), {"/bin/true"}), Redirected());
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("good-started: nothing can be put aside for its Started hook (runtime "
                            "start calls it, in a process of its own)\n"),
            std::string::npos)
      << result.err;
}

TEST_F(StartedLater, ThatFailsLeavesTheContainerToDelete) {
  ASSERT_EQ(Build(Stages("how: fail"), {"/bin/sleep", "1000"}).status, 0) << Out();
  EXPECT_EQ(Later({"start", id()}).status, 125);
  AwaitOrphans();
  const RunResult deleted = Later({"delete", id()});
  EXPECT_EQ(deleted.status, 0) << deleted.err;
  EXPECT_EQ(Listed("state"), "");
}

// Only what has a Started hook is loaded.
TEST_F(StartedLater, AStartWithoutOneNeedsNoPlugin) {
  const std::string copy = test_.Path("libgood_late_record_stage.so");
  fs::copy_file(Runfile("tests/plugins/libgood_late_record_stage.so"), copy);
  const std::string stages =
      std::string(kPlain) +
      "  - good-late-record: {dir: .}\nplugins: {good-late-record: {path: " + copy + "}}\n";
  const std::string log = Build(stages, {"/bin/sleep", "1000"}).status == 0 ? "" : Out();
  ASSERT_EQ(log, "");
  fs::rename(copy, copy + ".away");
  const RunResult result = Later({"start", id()});
  fs::rename(copy + ".away", copy);
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(StartedLater, IsNotCalledByExec) {
  ASSERT_EQ(Build(Stages("state: kept"), {"/bin/sleep", "1000"}).status, 0) << Out();
  ASSERT_EQ(Later({"start", id()}).status, 0);
  const RunResult result = Later({"exec", id(), "/bin/true"});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
}

// What it waits for is not the container's.
TEST_F(StartedLater, ASignalEndsAHookThatHangsAndTheContainer) {
  ASSERT_EQ(Build(Stages("how: hang"), {"/bin/sleep", "1000"}).status, 0) << Out();
  for (const Words& words : {Argv({"start", id()}), RunOther()}) {
    test_.Write("out", "");
    Running verb(words, Redirected(/*errors=*/false));
    while (Out().find("started: there") == std::string::npos) sched_yield();
    verb.Signal(SIGINT);
    EXPECT_EQ(verb.Await().status, 128 + SIGINT) << Out();
    EXPECT_NE(Out().find("good-started: interrupted in its Started hook: Interrupt\n"),
              std::string::npos)
        << Out();
    EXPECT_EQ(Listed("state"), "stopped") << "the one that was created";
  }
  EXPECT_EQ(Later({"wait", id()}).status, 128 + SIGINT);
}

TEST_F(StartedLater, AStartThatIsKilledMayHaveLeftItOut) {
  ASSERT_EQ(Build(Stages("how: hang"), {"/bin/sleep", "1000"}).status, 0) << Out();
  Running start(Argv({"start", id()}), Redirected(/*errors=*/false));
  while (Out().find("started: there") == std::string::npos) sched_yield();
  start.Signal(SIGKILL);
  start.Await();
  const RunResult again = Later({"start", id()});
  EXPECT_EQ(again.status, 125);
  EXPECT_NE(again.err.find("the container has been started"), std::string::npos) << again.err;
  EXPECT_EQ(Listed("state"), "running");
}

// Whoever kills it does not keep the stage from being called; the pid is still the container's.
TEST_F(StartedLater, TheCommandMayHaveEndedBefore) {
  const RunResult result = RunProgram(
      BuildArgv("run", Stages("state: kept"), {"/bin/sh", "-c", "kill -9 $$"}), Redirected());
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_NE(result.err.find("started: there, pinned"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace slipway::testing
