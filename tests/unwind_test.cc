// Undoing: whatever ends a container, each undo record is handed to its stage, the last one first;
// once, or once more when that failed. The stages bad-leaves-record (a, b) and
// bad-leaves-record-too (c, d) keep a log.

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

constexpr char kAll[] = "d\nc\nb\na\n";
constexpr char kWarning[] =
    "runtime: warning: bad-leaves-record: could not clean up: failed \"on purpose\" "
    "(runtime gc tries it again)\n";
constexpr char kWarningToo[] =
    "runtime: warning: bad-leaves-record-too: could not clean up: failed \"on purpose\" "
    "(runtime gc tries it again)\n";

class Unwind : public ::testing::Test {
 protected:
  void SetUp() override {
    test_.MakeRoot();
    fs::create_directory(test_.Path("records"));
  }

  // Both stages; each of them fails in the hook that is named, and `more` stages come after.
  std::string Config(const std::string& first, const std::string& second,
                     const std::string& more = "") const {
    return test_.WriteStages(
        "  - mount: {root: root}\n  - bad-leaves-record: {dir: records, fail: " + first +
        "}\n  - bad-leaves-record-too: {dir: records, fail: " + second + "}\n" + more);
  }

  // Where Config() has the stage, and its name.
  std::string At(const std::string& stage) const {
    const char* line = stage == "bad-leaves-record" ? ":4:5: " : ":5:5: ";
    return test_.Path("test.yaml") + line + stage;
  }

  // What cannot be undone stays in the state folder, and goes with the test's own.
  std::vector<std::string> Flags() const {
    return {"--plugin-dir", Runfile("tests/plugins"), "--root", test_.Path("state")};
  }

  bool StateIsLeft() const { return !fs::is_empty(test_.Path("state")); }

  RunResult Run(const std::string& config,
                const std::vector<std::string>& command = {"/bin/echo", "ran"}) {
    return test_.RunContainer(config, command, {}, Flags());
  }

  // The log has these records, and no file of a record is left beside it.
  void ExpectUndone(const std::string& records) const {
    EXPECT_EQ(ReadText(test_.Path("records/teardown.log")), records);
    for (const auto& entry : fs::directory_iterator(test_.Path("records"))) {
      EXPECT_EQ(entry.path().filename(), "teardown.log");
    }
  }

  ContainerTest test_;
};

TEST_F(Unwind, AfterSuccess) {
  const RunResult result = Run(Config("none", "none"));
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
  ExpectUndone(kAll);
  EXPECT_FALSE(StateIsLeft());
}

TEST_F(Unwind, AfterTheCommandFailed) {
  EXPECT_EQ(Run(Config("none", "none"), {"/bin/sh", "-c", "exit 7"}).status, 7);
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterTheCommandDiedByASignal) {
  const RunResult result = Run(Config("none", "none"), {"/bin/sh", "-c", "kill -KILL $$"});
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_EQ(result.err, "");
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterTheCommandWasNotFound) {
  EXPECT_EQ(Run(Config("none", "none"), {"/bin/nope"}).status, 127);
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterSigtermToTheHostWhileTheCommandRuns) {
  test_.Write("root/etc/ready", "ready\n");
  Running container(test_.Argv(Config("none", "none"), {"/bin/tail", "-f", "/etc/ready"}, Flags()));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  EXPECT_FALSE(fs::exists(test_.Path("records/teardown.log"))) << "undone while it runs";
  container.Signal(SIGTERM);
  const RunResult result = container.Await();
  EXPECT_EQ(result.status, 128 + SIGTERM);
  EXPECT_EQ(result.err, "");
  ExpectUndone(kAll);
  test_.ExpectNothingLeft();
}

TEST_F(Unwind, AfterPreCloneOfTheFirstFailed) {
  ExpectRefusal(Run(Config("pre-clone", "none")),
                At("bad-leaves-record") + ": failed \"on purpose\"");
  ExpectUndone("b\na\n");
}

TEST_F(Unwind, AfterPreCloneOfTheSecondFailed) {
  ExpectRefusal(Run(Config("none", "pre-clone")),
                At("bad-leaves-record-too") + ": failed \"on purpose\"");
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterPostCloneFailed) {
  ExpectRefusal(Run(Config("post-clone", "none")),
                At("bad-leaves-record") + ": failed \"on purpose\"");
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterInChildFailed) {
  ExpectRefusal(Run(Config("none", "in-child")),
                At("bad-leaves-record-too") + ": failed \"on purpose\"");
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterTheChildCrashed) {
  ExpectRefusal(Run(Config("none", "none", "  - bad-in-child-crashes\n")),
                "bad-in-child-crashes: crashed in its InChild hook: Segmentation fault (a bug of "
                "the stage)");
  ExpectUndone(kAll);
}

TEST_F(Unwind, AfterALaterStageThrew) {
  ExpectRefusal(Run(Config("none", "none", "  - bad-throws: {hook: pre-clone}\n")),
                "bad-throws: threw an exception in its PreClone hook \"thrown on purpose\"");
  ExpectUndone(kAll);
}

TEST_F(Unwind, NothingWhenCreateFailsAndNothingHasBegun) {
  ExpectRefusalLike(Run(Config("none", "none", "  - bad-create-fails\n")), test_.Path("test.yaml"),
                    {"bad-create-fails: refused"});
  EXPECT_TRUE(fs::is_empty(test_.Path("records")));
}

TEST_F(Unwind, AFailingTeardownIsAWarningAndTheOthersStillRun) {
  const RunResult result = Run(Config("none", "teardown"), {"/bin/sh", "-c", "echo ran; exit 3"});
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_EQ(result.err, std::string(kWarningToo) + kWarningToo);
  EXPECT_EQ(result.status, 3);
  ExpectUndone(std::string(kAll) + "d\nc\n");
  EXPECT_TRUE(StateIsLeft());
}

TEST_F(Unwind, EveryFailingTeardownIsAWarning) {
  const RunResult result = Run(Config("teardown", "teardown"));
  EXPECT_EQ(result.err, std::string(kWarningToo) + kWarningToo + kWarning + kWarning);
  EXPECT_EQ(result.status, 0);
  ExpectUndone(std::string(kAll) + kAll);
}

TEST_F(Unwind, TheFirstErrorStaysTheErrorWhenTeardownFailsToo) {
  const RunResult result = Run(Config("teardown", "in-child"));
  EXPECT_EQ(result.err, std::string(kWarning) + kWarning + "runtime: " +
                            At("bad-leaves-record-too") + ": failed \"on purpose\"\n");
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, 125);
  ExpectUndone(std::string(kAll) + "b\na\n");
}

TEST_F(Unwind, ACommandThatWasNotFoundStays127WhenTeardownFails) {
  const RunResult result = Run(Config("teardown", "none"), {"/bin/nope"});
  EXPECT_EQ(result.err,
            std::string(kWarning) + kWarning +
                "runtime: command not found \"/bin/nope\" (there is no such file in the "
                "container)\n");
  EXPECT_EQ(result.status, 127);
}

// A record that the child leaves: in the memory of the host (sharing), or in a copy of it.
class LateRecord : public Unwind, public ::testing::WithParamInterface<bool> {
 protected:
  RunResult RunLate(const std::string& more = "") {
    const std::string parks = GetParam() ? "  - bad-throws\n" : "";
    id_ = test_.next_id();
    return Run(test_.WriteStages("  - good-late-record: {dir: records" + more + "}\n" + parks));
  }

  void ExpectLateUndone() {
    EXPECT_EQ(ReadText(test_.Path("records/log")), id_ + " 65536\n");
    EXPECT_FALSE(fs::exists(test_.Path("records/late")));
    EXPECT_FALSE(StateIsLeft());
  }

  std::string id_;
};

TEST_P(LateRecord, OfTheChildIsUndone) {
  const RunResult result = RunLate();
  EXPECT_EQ(result.out, "ran\n") << result.err;
  EXPECT_EQ(result.err, "");
  ExpectLateUndone();
}

TEST_P(LateRecord, OfAChildThatFailsIsUndone) {
  EXPECT_EQ(RunLate(", fail: true").err, "runtime: " + test_.Path("test.yaml") +
                                             ":3:5: good-late-record: failed \"on purpose\"\n");
  ExpectLateUndone();
}

INSTANTIATE_TEST_SUITE_P(Start, LateRecord, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Parked" : "Sharing"; });

}  // namespace
}  // namespace slipway::testing
