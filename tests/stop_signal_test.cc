// process.stop_signal: what asks a command to end, by `runtime stop` and when its time is up.

#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"

namespace slipway::testing {
namespace {

constexpr char kNoInit[] = "  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n";
constexpr char kTerminal[] = "  - pid\n  - mount: {root: root}\n  - proc\n  - dev\n  - console\n";

// SIGRTMIN+3 by its number, since few shells know its name.
constexpr char kTraps[] =
    "trap 'echo term; exit 4' TERM; trap 'echo int; exit 5' INT; trap 'echo winch; exit 6' WINCH; "
    "trap 'echo rt; exit 7' 37; echo ready; while :; do sleep 1000 & wait; done";

class StopSignal : public LivingOn {
 protected:
  // In the background, once the command has set its traps.
  void Start(const Words& more, const std::string& stages = kPlain) const {
    Words flags = {"--detach", "--log", test_.Path("log")};
    flags.insert(flags.end(), more.begin(), more.end());
    const RunResult run =
        RunProgram(BuildArgv("run", stages, {"/bin/sh", "-c", kTraps}, flags), Redirected());
    ASSERT_EQ(run.status, 0) << run.err;
    AwaitReady();
  }

  std::string Log() const { return ReadText(test_.Path("log")); }

  // What is created has its output where its id is printed.
  void AwaitReady() const {
    while ((Log() + Out()).find("ready\n") == std::string::npos) sched_yield();
  }

  // What the command said when it was asked to end, and its status.
  std::string Stop(const Words& more = {}) const {
    Words words = {"stop"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(id());
    const RunResult stopped = Later(words);
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    AwaitOrphans();
    const std::string log = Log();
    return log.substr(log.find("ready\n") + 6) + Listed("exit_status");
  }

  RunResult TimeOut(const Words& more, const std::string& stages = kPlain) const {
    Words flags = {"--timeout", std::to_string(500 * Slowness()) + "ms"};
    flags.insert(flags.end(), more.begin(), more.end());
    return RunProgram(BuildArgv("run", stages, {"/bin/sh", "-c", kTraps}, flags));
  }
};

TEST_F(StopSignal, IsTermWithoutOne) {
  Start({});
  EXPECT_EQ(Stop(), "term\n4");
}

TEST_F(StopSignal, IsWhatStopSends) {
  Start({"--set", "process.stop_signal=SIGRTMIN+3"});
  EXPECT_EQ(Stop(), "rt\n7");
}

TEST_F(StopSignal, IsWhatStopSendsToACommandThatIsPid1) {
  Start({"--stop-signal", "winch"}, kNoInit);
  EXPECT_EQ(Stop(), "winch\n6");
}

TEST_F(StopSignal, IsTakenFromTheConfigAndWhatExtendsIt) {
  test_.Write("base.yaml",
              std::string("version: 1\nprocess: {stop_signal: INT}\nstages:\n") + kPlain);
  test_.Write("over.yaml", "version: 1\nextends: base.yaml\nprocess: {stop_signal: RTMIN+3}\n");
  for (const auto& [config, said] : {std::pair("base.yaml", "int\n5"), {"over.yaml", "rt\n7"}}) {
    test_.Write("log", "");
    const RunResult run =
        RunProgram(Argv({"run", "-d", "--config", test_.Path(config), "--name", id(), "--log",
                         test_.Path("log"), "/bin/sh", "-c", kTraps}),
                   Redirected());
    ASSERT_EQ(run.status, 0) << run.err;
    AwaitReady();
    EXPECT_EQ(Stop(), said);
    EXPECT_EQ(Later({"delete", id()}).status, 0);
  }
}

TEST_F(StopSignal, IsKilledBehindWhenTheCommandTakesNoNotice) {
  Start({"--stop-signal", "URG"});
  EXPECT_EQ(Stop({"--time", "0"}), "137");
}

TEST_F(StopSignal, GivesWayToThatOfTheStop) {
  Start({"--stop-signal", "RTMIN+3"});
  EXPECT_EQ(Stop({"--signal", "SIGINT"}), "int\n5");
}

TEST_F(StopSignal, IsNothingToAContainerThatHasNotBeenStarted) {
  ASSERT_EQ(Build(kPlain, {"/bin/sh", "-c", kTraps}, {"--stop-signal", "WINCH"}).status, 0);
  const pid_t pid = Pid();
  ASSERT_EQ(Later({"stop", "--time", "60", id()}).status, 0);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGTERM);
}

TEST_F(StopSignal, IsTermInAJournalThatHasNone) {
  ASSERT_EQ(Build(kPlain, {"/bin/sh", "-c", kTraps}, {"--stop-signal", "INT"}).status, 0);
  const std::string journal = State() + "/" + id() + "/journal";
  std::string text = ReadText(journal);
  const size_t at = text.find("stop-signal 2\n");
  ASSERT_NE(at, std::string::npos) << text;
  const size_t line = text.rfind('\n', at) + 1;
  text.erase(line, text.find('\n', at) + 1 - line);
  test_.Write("state/" + id() + "/journal", text);
  const pid_t pid = Pid();
  ASSERT_EQ(Later({"start", id()}).status, 0);
  AwaitReady();
  ASSERT_EQ(Later({"stop", id()}).status, 0);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 4);
}

TEST_F(StopSignal, IsWhatComesWhenTheTimeIsUp) {
  for (const char* stages : {kPlain, kNoInit}) {
    const RunResult result = TimeOut({"--stop-signal", "RTMIN+3"}, stages);
    EXPECT_EQ(result.status, 124);
    EXPECT_EQ(result.out, "ready\nrt\n") << stages;
  }
}

TEST_F(StopSignal, ReachesACommandWithATerminalOfItsOwn) {
  const RunResult result = TimeOut({"--stop-signal", "WINCH"}, kTerminal);
  EXPECT_EQ(result.status, 124);
  EXPECT_NE(result.out.find("winch\r\n"), std::string::npos) << result.out << result.err;
}

TEST_F(StopSignal, LeavesSignalsToTheRuntimeAsTheyAre) {
  Running container(
      BuildArgv("run", kPlain, {"/bin/sh", "-c", kTraps}, {"--stop-signal", "RTMIN+3"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTERM);
  const RunResult result = container.Await();
  EXPECT_EQ(result.out, "ready\nterm\n");
  EXPECT_EQ(result.status, 4);
}

TEST_F(StopSignal, OfAWrongNameIsAMistakeWithItsPlace) {
  const std::string config = test_.Write(
      "w.yaml", "version: 1\nprocess: {stop_signal: SIGTREM}\nstages:\n" + std::string(kPlain));
  const RunResult checked = RunProgram(Argv({"run", "--config", config, "/bin/true"}));
  EXPECT_EQ(checked.status, 125);
  EXPECT_EQ(checked.err, "runtime: " + config +
                             ":2:24: process.stop_signal: no such signal \"SIGTREM\" (did you mean "
                             "\"SIGTERM\"?)\n");
}

TEST_F(StopSignal, OfAWrongNameOnTheCommandLineSendsNothing) {
  Start({});
  const std::string error = ": no such signal \"hupp\" (did you mean \"HUP\"?)\n";
  for (const Words& words :
       {Words{"stop", "--signal", "hupp", id()}, Words{"kill", id(), "hupp"}}) {
    const RunResult result = Later(words);
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime" + error);
  }
  EXPECT_EQ(Listed("state"), "running");
  EXPECT_EQ(Stop(), "term\n4");
}

}  // namespace
}  // namespace slipway::testing
