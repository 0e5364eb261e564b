// Hooks that do what no hook may do: each is named in the one error, in bounded time, and what was
// done up to there is undone. The stage bad-misbehaves makes a file, which its Teardown removes.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

// By --config=sanitize.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kInstrumented = true;
#else
constexpr bool kInstrumented = false;
#endif

namespace fs = std::filesystem;

constexpr int kCommandsStatus = 7;
// "$H" is the hook as an author reads it.
constexpr char kTooLong[] =
    "hung in its $H hook: no end within 1 s (--hook-timeout sets how long a hook may take)";
constexpr char kCrashed[] = "crashed in its $H hook: Segmentation fault (a bug of the stage)";
constexpr char kAborted[] = "crashed in its $H hook: Aborted (a bug of the stage)";
constexpr char kExited[] = "ended the runtime by exit(3) in its $H hook (a bug of the stage)";
constexpr char kThread[] =
    "left a thread behind in its $H hook (a bug of the stage: the runtime copies itself next, "
    "which "
    "no other thread survives)";
constexpr char kClosed[] =
    "closed the runtime's descriptors in its $H hook (a bug of the stage: a hook closes only what "
    "it has opened)";

// "pre-clone" -> "PreClone"
std::string InCode(const std::string& hook) {
  std::string name;
  bool capital = true;
  for (char c : hook) {
    if (c != '-') name += capital ? static_cast<char>(std::toupper(c)) : c;
    capital = c == '-';
  }
  return name;
}

std::string LastLine(const std::string& text) {
  const std::string lines = text.substr(0, text.find_last_not_of('\n') + 1);
  return lines.substr(lines.rfind('\n') + 1);
}

std::string LineOf(std::string line, const std::string& hook) {
  if (const size_t mark = line.find("$H"); mark != std::string::npos) {
    line.replace(mark, 2, InCode(hook));
  }
  return "bad-misbehaves: " + line;
}

constexpr char kGarbage[] =
    "cannot read the runtime's channel to the container: Bad message (something wrote 7 bytes into "
    "it; a bug of a stage: a hook writes only to what it has opened)";

class MisbehavingHook : public ::testing::Test {
 protected:
  void SetUp() override { test_.MakeRoot(); }

  std::vector<std::string> Argv(const std::string& hook, const std::string& how,
                                const std::string& timeout = "1") {
    const std::string config = test_.WriteStages(
        "  - pid\n  - mount: {root: root}\n  - bad-leaves-record: {dir: .}\n"
        "  - bad-misbehaves: {dir: ., hook: " +
        hook + ", how: " + how + "}\n");
    return test_.Argv(config, {"/bin/sh", "-c", "exit 7"},
                      {"--plugin-dir", Runfile("tests/plugins"), "--root", test_.Path("state"),
                       "--hook-timeout", timeout});
  }

  RunResult Run(const std::string& hook, const std::string& how) {
    RunResult result = RunProgram(Argv(hook, how));
    test_.ExpectNothingLeft();
    return result;
  }

  // Of stages that are there, and of those of tests/plugins.
  RunResult RunStages(const std::string& stages, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> all = {"--plugin-dir", Runfile("tests/plugins")};
    all.insert(all.end(), flags.begin(), flags.end());
    return RunProgram(test_.Argv(test_.WriteStages(stages), {"/bin/true"}, all));
  }

  void ExpectAllUndone() const {
    EXPECT_FALSE(fs::exists(test_.Path("left")));
    EXPECT_FALSE(fs::exists(test_.Path("a")));
    EXPECT_FALSE(fs::exists(test_.Path("state")) && !fs::is_empty(test_.Path("state")));
  }

  ContainerTest test_;
};

struct Case {
  std::string name;
  std::string hook;
  std::string how;
  std::string line;
};

class BeforeTheCommand : public MisbehavingHook, public ::testing::WithParamInterface<Case> {};

TEST_P(BeforeTheCommand, IsNamedAndUndone) {
  const Case& row = GetParam();
  if (kInstrumented && row.hook == "in-child" && row.how == "exit") {
    GTEST_SKIP() << "exit(3) looks for leaks, which needs the container's /proc";
  }
  ExpectRefusal(Run(row.hook, row.how), LineOf(row.line, row.hook));
  ExpectAllUndone();
}

const Case kBefore[] = {
    {"ProbeHangs", "probe", "hang", kTooLong},
    {"ProbeCrashes", "probe", "crash", kCrashed},
    {"ProbeExits", "probe", "exit", kExited},
    {"ProbeStartsAThread", "probe", "thread", kThread},
    {"CreateStartsAThread", "create", "thread", kThread},
    {"PreCloneStartsAThread", "pre-clone", "thread", kThread},
    {"CreateHangs", "create", "hang", kTooLong},
    {"CreateAborts", "create", "abort", kAborted},
    {"CreateExits", "create", "exit", kExited},
    {"PreCloneHangs", "pre-clone", "hang", kTooLong},
    {"PreCloneSpins", "pre-clone", "spin", kTooLong},
    {"PreCloneCrashes", "pre-clone", "crash", kCrashed},
    {"PreCloneAborts", "pre-clone", "abort", kAborted},
    {"PreCloneUsesUpItsStack", "pre-clone", "overflow", kCrashed},
    {"PreCloneExits", "pre-clone", "exit", kExited},
    {"PreCloneClosesDescriptors", "pre-clone", "close-fds", kClosed},
    {"PostCloneHangs", "post-clone", "hang", kTooLong},
    {"PostCloneCrashes", "post-clone", "crash", kCrashed},
    {"PostCloneExits", "post-clone", "exit", kExited},
    {"PostCloneClosesDescriptors", "post-clone", "close-fds", kClosed},
    {"InChildHangs", "in-child", "hang", kTooLong},
    {"InChildSpins", "in-child", "spin", kTooLong},
    {"InChildCrashes", "in-child", "crash", kCrashed},
    {"InChildExits", "in-child", "exit",
     "ended the child in its InChild hook (a bug of the stage; exit status 0)"},
    {"InChildClosesDescriptors", "in-child", "close-fds",
     "closed the runtime's channel in its InChild hook (a bug of the stage: a hook closes only "
     "what "
     "it has opened)"},
};

INSTANTIATE_TEST_SUITE_P(Hook, BeforeTheCommand, ::testing::ValuesIn(kBefore), NameOf<Case>);

class AfterTheCommand : public MisbehavingHook, public ::testing::WithParamInterface<Case> {
 protected:
  // The command's status stays, and what is wrong is a warning.
  void ExpectWarning() {
    const RunResult result = Run(GetParam().hook, GetParam().how);
    EXPECT_EQ(result.err, "runtime: warning: " + LineOf(GetParam().line, GetParam().hook) + "\n");
    EXPECT_EQ(result.status, kCommandsStatus);
  }
};

class InReport : public AfterTheCommand {};

TEST_P(InReport, IsAWarningAndUndone) {
  ExpectWarning();
  ExpectAllUndone();
}

const Case kReport[] = {
    {"Hangs", "report", "hang", kTooLong},
    {"Crashes", "report", "crash", kCrashed},
    {"Exits", "report", "exit", kExited},
};

INSTANTIATE_TEST_SUITE_P(Hook, InReport, ::testing::ValuesIn(kReport), NameOf<Case>);

class InTeardown : public AfterTheCommand {};

TEST_P(InTeardown, IsAWarningAndTheOthersAreUndone) {
  ExpectWarning();
  EXPECT_EQ(ReadText(test_.Path("teardown.log")), "b\na\n");
  // What it did not undo is not forgotten.
  EXPECT_TRUE(fs::exists(test_.Path("left")));
  EXPECT_FALSE(fs::is_empty(test_.Path("state")));
}

const Case kTeardown[] = {
    {"Hangs", "teardown", "hang", kTooLong},
    {"Crashes", "teardown", "crash", kCrashed},
    {"Aborts", "teardown", "abort", kAborted},
    {"Exits", "teardown", "exit", kExited},
};

INSTANTIATE_TEST_SUITE_P(Hook, InTeardown, ::testing::ValuesIn(kTeardown), NameOf<Case>);

// A `runtime gc` has the same stage to deal with, and goes on with the others.
TEST_F(MisbehavingHook, InAGarbageCollectionDoesNotKeepItFromTheOthers) {
  const std::string first = test_.next_id();
  RunProgram(Argv("teardown", "crash"));
  fs::rename(test_.Path("state/" + first), test_.Path("kept"));
  test_.ExpectNothingLeft();
  const std::string second = test_.next_id();
  RunProgram(Argv("teardown", "crash"));
  fs::rename(test_.Path("kept"), test_.Path("state/" + first));

  const RunResult gc =
      RunProgram({Runfile("runtime/runtime"), "gc", "--root", test_.Path("state")});
  const std::string line = "runtime: " + LineOf(kCrashed, "teardown") + "\n";
  EXPECT_EQ(gc.err, line + line);
  EXPECT_EQ(gc.status, 125);
  EXPECT_TRUE(fs::exists(test_.Path("state/" + first)));
  EXPECT_TRUE(fs::exists(test_.Path("state/" + second)));
  test_.ExpectNothingLeft();
}

TEST_F(MisbehavingHook, OfAPluginThatIsLoadedWithAThreadIsNotCalled) {
  ExpectRefusal(
      RunStages("  - bad-constructor-threads\n"),
      test_.Path("test.yaml") +
          ":3:5: bad-constructor-threads: left a thread behind while it was loaded (a bug "
          "of the stage: the runtime copies itself next, which no other thread survives)");
}

// An option of a stage has the stages loaded before all options are understood.
TEST_F(MisbehavingHook, OfAPluginThatCrashesWhileItIsLoadedIsNamed) {
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{}, std::vector<std::string>{"--hostname", "web"}}) {
    const RunResult result =
        RunStages("  - uts\n  - bad-constructor-throws\n  - bad-constructor-exits\n", flags);
    EXPECT_EQ(LastLine(result.err),
              "runtime: bad-constructor-throws: crashed while it was loaded: Aborted (a bug of the "
              "stage)");
    EXPECT_EQ(result.status, 125);
  }
}

TEST_F(MisbehavingHook, OfAPluginThatHangsWhileItIsLoadedIsNamedInTime) {
  const RunResult result = RunStages("  - uts\n  - bad-constructor-hangs\n",
                                     {"--hook-timeout", "1", "--hostname", "web"});
  EXPECT_EQ(LastLine(result.err),
            "runtime: bad-constructor-hangs: hung while it was loaded: no end within 1 s "
            "(--hook-timeout sets how long a hook may take)");
  EXPECT_EQ(result.status, 125);
}

TEST_F(MisbehavingHook, OfAPluginThatCrashesWhileItIsLoadedSpoilsNoHelp) {
  const std::string config = test_.WriteStages("  - uts\n  - bad-constructor-throws\n");
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "--config", config,
                                       "--plugin-dir", Runfile("tests/plugins"), "--help"});
  EXPECT_NE(result.out.find("--hostname"), std::string::npos) << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST_F(MisbehavingHook, ThatForksRunsTheCommandOnce) {
  for (const char* hook : {"probe", "create", "pre-clone", "post-clone", "in-child", "teardown"}) {
    const RunResult result = Run(hook, "fork");
    EXPECT_EQ(result.status, kCommandsStatus) << hook << ": " << result.err;
    ExpectAllUndone();
  }
}

TEST_F(MisbehavingHook, ThatLeavesAProcessIsAWarningAndTheProcessIsKilled) {
  for (const char* hook : {"pre-clone", "post-clone", "teardown"}) {
    const RunResult result = Run(hook, "leave");
    EXPECT_EQ(result.err, "runtime: warning: a stage left a process behind (it was killed)\n");
    EXPECT_EQ(result.status, kCommandsStatus) << hook;
    ExpectAllUndone();
  }
}

// A shell that becomes the runtime by exec has children of its own.
TEST_F(MisbehavingHook, IsNotBlamedForAProcessThatWasThereBefore) {
  const std::vector<std::string> argv = Argv("none", "hang");
  std::vector<std::string> words = {"/bin/sh", "-c",
                                    "sleep 1000 >/dev/null 2>&1 & echo $! >\"$0\"; exec \"$@\"",
                                    test_.Path("pid")};
  words.insert(words.end(), argv.begin(), argv.end());
  const RunResult result = RunProgram(words);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, kCommandsStatus);
  const pid_t sleeper = std::stoi(ReadText(test_.Path("pid")));
  EXPECT_EQ(kill(sleeper, SIGKILL), 0) << "it was killed";
  EXPECT_EQ(waitpid(sleeper, nullptr, 0), sleeper);
}

// The copy does not undo anything; the host does.
TEST_F(MisbehavingHook, ThatUsesUpTheMemoryOfTheChildIsUndone) {
  if (kInstrumented) GTEST_SKIP() << "the instrumentation ends a program without memory";
  const RunResult result = Run("in-child", "no-memory");
  ExpectRefusal(result, "out of memory (a memory limit may be too small: ulimit -v, ulimit -d)");
  ExpectAllUndone();
}

TEST_F(MisbehavingHook, ThatWritesIntoTheChannelFromTheChildIsRefused) {
  ExpectRefusal(Run("in-child", "garbage"), kGarbage);
  ExpectAllUndone();
}

TEST_F(MisbehavingHook, ThatWritesIntoTheChannelFromTheHostIsRefused) {
  ExpectRefusal(Run("post-clone", "garbage"), kGarbage);
  ExpectAllUndone();
}

// Host and stage have a C++ library each, so nothing catches it.
TEST_F(MisbehavingHook, ThatThrowsThroughCIsNamed) {
  if (kInstrumented) GTEST_SKIP() << "host and plugin share one libstdc++";
  const std::string config =
      test_.WriteStages("  - mount: {root: root}\n  - bad-throws-through-c\n");
  ExpectRefusal(
      test_.RunContainer(config, {"/bin/true"}, {}, {"--plugin-dir", Runfile("tests/plugins")}),
      "bad-throws-through-c: crashed in its PreClone hook: Aborted (a bug of the stage)");
}

// Nobody has to wait for the time to be over.
class Interrupted : public MisbehavingHook, public ::testing::WithParamInterface<std::string> {};

TEST_P(Interrupted, HookIsGivenUp) {
  Running container(Argv(GetParam(), "hang", "0"));
  // The file is made just before the hook hangs.
  while (!fs::exists(test_.Path("left"))) sched_yield();
  container.Signal(SIGINT);
  const RunResult result = container.Await();
  EXPECT_EQ(result.err, "runtime: bad-misbehaves: interrupted in its " + InCode(GetParam()) +
                            " hook: Interrupt\n");
  EXPECT_EQ(result.status, 128 + SIGINT);
  ExpectAllUndone();
  test_.ExpectNothingLeft();
}

// Also by a signal that means a crash, when it was sent.
TEST_F(MisbehavingHook, IsGivenUpAtOnceWhenKillSendsASignalOfACrash) {
  Running container(Argv("pre-clone", "hang", "0"));
  while (!fs::exists(test_.Path("left"))) sched_yield();
  container.Signal(SIGABRT);
  ExpectRefusal(container.Await(), "bad-misbehaves: interrupted in its PreClone hook: Aborted",
                128 + SIGABRT);
  ExpectAllUndone();
  test_.ExpectNothingLeft();
}

// The guard's clock is the time, not the count of its signals.
TEST_P(Interrupted, HookIsNotTakenForHungBecauseOfManySignals) {
  Running container(Argv(GetParam(), "hang", "30"));
  while (!fs::exists(test_.Path("left"))) sched_yield();
  for (int i = 0; i < 2000; ++i) {
    container.Signal(SIGALRM);
    sched_yield();
  }
  container.Signal(SIGINT);
  const RunResult result = container.Await();
  EXPECT_EQ(result.status, 128 + SIGINT) << result.err;
  ExpectAllUndone();
  test_.ExpectNothingLeft();
}

INSTANTIATE_TEST_SUITE_P(Hook, Interrupted, ::testing::Values("pre-clone", "post-clone"),
                         [](const auto& info) {
                           return info.param == "pre-clone" ? "PreClone" : "PostClone";
                         });

TEST_F(MisbehavingHook, TheTimeIsCheckedOnTheCommandLine) {
  const std::string config = test_.WriteStages("  - mount: {root: root}\n");
  ExpectRefusal(test_.RunContainer(config, {"/bin/true"}, {}, {"--hook-timeout", "soon"}),
                "--hook-timeout: not a whole number \"soon\" (write one from 0 to 86400)");
}

}  // namespace
}  // namespace slipway::testing
