// Hooks that misbehave in a child that shares the host's memory (runtime/launch/sharing.h): what
// they leave there cannot be trusted, and still they are named, and all is undone.

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kCommandsStatus = 7;
constexpr char kStage[] = "bad-misbehaves-sharing";
constexpr char kTooLong[] =
    "hung in its InChild hook: no end within 1 s (--hook-timeout sets how long a hook may take)";
constexpr char kSegmentationFault[] =
    "crashed in its InChild hook: Segmentation fault (a bug of the stage)";

class SharingHook : public ::testing::Test {
 protected:
  void SetUp() override { test_.MakeRoot(); }

  std::vector<std::string> Argv(const std::string& how, const std::string& timeout = "1",
                                const std::string& pid = "pid") {
    const std::string config =
        test_.WriteStages("  - " + pid + "\n  - mount: {root: root}\n  - " + std::string(kStage) +
                          ": {dir: ., hook: in-child, how: " + how + "}\n");
    return test_.Argv(config, {"/bin/sh", "-c", "exit 7"},
                      {"--plugin-dir", Runfile("tests/plugins"), "--root", test_.Path("state"),
                       "--hook-timeout", timeout});
  }

  void ExpectAllUndone() {
    test_.ExpectNothingLeft();
    EXPECT_FALSE(fs::exists(test_.Path("left")));
    EXPECT_TRUE(fs::is_empty(test_.Path("state")));
  }

  ContainerTest test_;
};

struct Case {
  std::string name;
  std::string how;
  std::string line;
};

class Disorderly : public SharingHook, public ::testing::WithParamInterface<Case> {};

TEST_P(Disorderly, IsNamedAndUndone) {
  ExpectRefusal(RunProgram(Argv(GetParam().how)), std::string(kStage) + ": " + GetParam().line);
  ExpectAllUndone();
}

const Case kCases[] = {
    {"Hangs", "hang", kTooLong},
    {"Spins", "spin", kTooLong},
    {"Crashes", "crash", kSegmentationFault},
    {"Aborts", "abort", "crashed in its InChild hook: Aborted (a bug of the stage)"},
    {"UsesUpItsStack", "overflow", kSegmentationFault},
    {"Exits", "exit", "ended the child in its InChild hook (a bug of the stage; exit status 0)"},
    {"ClosesDescriptors", "close-fds",
     "closed the runtime's descriptors in its InChild hook (a bug of the stage: a hook closes only "
     "what it has opened)"},
};

INSTANTIATE_TEST_SUITE_P(InChild, Disorderly, ::testing::ValuesIn(kCases), NameOf<Case>);

TEST_F(SharingHook, MayUseUpTheMemoryOfTheChild) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the instrumentation ends a program without memory";
#endif
  ExpectRefusal(RunProgram(Argv("no-memory")),
                "out of memory (a memory limit may be too small: ulimit -v, ulimit -d)");
  ExpectAllUndone();
}

// There is no channel to write to, and its processes end with the container.
TEST_F(SharingHook, MayForkAndWriteIntoSockets) {
  for (const char* how : {"fork", "leave", "garbage"}) {
    const RunResult result = RunProgram(Argv(how, "1", "pid: {init: false}"));
    EXPECT_EQ(result.status, kCommandsStatus) << how << ": " << result.err;
    EXPECT_EQ(result.err, "") << how;
    ExpectAllUndone();
  }
}

// An init answers through one.
TEST_F(SharingHook, MayNotWriteIntoTheInitsChannel) {
  for (const char* how : {"fork", "leave"}) {
    EXPECT_EQ(RunProgram(Argv(how)).status, kCommandsStatus) << how;
    ExpectAllUndone();
  }
  ExpectRefusal(
      RunProgram(Argv("garbage")),
      "cannot read the answer of the container's init: Bad message (something else was written "
      "into the runtime's channel: by a hook of a stage, or by a process of the container)");
  ExpectAllUndone();
}

// The host waits in the kernel for the child, and takes no signal itself.
TEST_F(SharingHook, IsGivenUpAtASignalToTheHost) {
  Running container(Argv("hang", "0"));
  // Made in PreClone. A signal that comes before the hook waits until then.
  while (!fs::exists(test_.Path("left"))) sched_yield();
  container.Signal(SIGTERM);
  const RunResult result = container.Await();
  EXPECT_EQ(result.err,
            "runtime: " + std::string(kStage) + ": interrupted in its InChild hook: Terminated\n");
  EXPECT_EQ(result.status, 128 + SIGTERM);
  ExpectAllUndone();
}

TEST_F(SharingHook, EndsWithTheHost) {
  Running container(Argv("hang", "0"));
  while (!fs::exists(test_.Path("left"))) sched_yield();
  container.Signal(SIGKILL);
  (void)container.Await();
  const RunResult gc =
      RunProgram({Runfile("runtime/runtime"), "gc", "--root", test_.Path("state")});
  EXPECT_EQ(gc.status, 0) << gc.err;
  ExpectAllUndone();
}

}  // namespace
}  // namespace slipway::testing
