// Annotations of a container and its state as OCI has it: each hook of a stage can ask for them, in
// whichever process and whenever it runs.

#include <gtest/gtest.h>
#include <signal.h>

#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"
#include "tests/refusal.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

constexpr char kAnnotations[] = "annotations: {team: nobody, note: \"a=b\"}\n";

std::string StagesOf(const std::string& stage, const std::string& more = "") {
  return "  - " + stage + ": {file: told}\n" + more + "  - mount: {root: root}\n" + kAnnotations;
}

// What a hook has written; pid: "" where it knows none.
std::string LineOf(const ContainerTest& test, const std::string& id, const std::string& hook,
                   const std::string& status, const std::string& pid = "") {
  return hook + R"( web {"ociVersion":"1.0.2","id":")" + id + R"(","status":")" + status + "\"" +
         (pid.empty() ? "" : ",\"pid\":" + pid) + R"(,"bundle":")" + test.folder() +
         R"(","annotations":{"note":"a=b","team":"web"}})" + "\n";
}

// The last line of the hook.
std::string Told(const ContainerTest& test, const std::string& hook) {
  std::istringstream lines(ReadText(test.Path("told")));
  std::string line;
  std::string last;
  while (std::getline(lines, line)) {
    if (line.starts_with(hook + " ")) last = line + "\n";
  }
  return last;
}

Words Flags(const ContainerTest& test) {
  return {"--plugin-dir", Runfile("tests/plugins"), "--annotation", "team=web",
          "--pid-file",   test.Path("pid")};
}

std::string PidIn(const ContainerTest& test) {
  std::string pid = ReadText(test.Path("pid"));
  if (pid.ends_with('\n')) pid.pop_back();
  return pid;
}

class ToldAtStart : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
  }

  std::string Line(const std::string& hook, const std::string& status, bool pid = false) const {
    return LineOf(test_, id_, hook, status, pid ? PidIn(test_) : "");
  }

  void Run(const std::string& stage) {
    Words flags = Flags(test_);
    flags.insert(flags.end(), {"--stats", test_.Path("stats")});
    id_ = test_.next_id();
    const RunResult result = test_.RunContainer(test_.WriteStages(StagesOf(stage, GetParam())),
                                                {"/bin/true"}, {}, flags);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 0);
  }

  ContainerTest test_;
  std::string id_;
};

TEST_P(ToldAtStart, InEachHook) {
  Run("good-told");
  EXPECT_EQ(ReadText(test_.Path("told")),
            Line("Create", "creating") + Line("Probe", "creating") + Line("PreClone", "creating") +
                Line("InChild", "creating", true) + Line("Finish", "creating") +
                Line("Report", "stopped") + Line("Teardown", "stopped"));
}

TEST_P(ToldAtStart, InEachHookOfAParkedChild) {
  Run("good-told-parked");
  EXPECT_EQ(ReadText(test_.Path("told")),
            Line("Create", "creating") + Line("Probe", "creating") + Line("PreClone", "creating") +
                Line("PostClone", "creating", true) + Line("InChild", "creating", true) +
                Line("Finish", "creating") + Line("Started", "running", true) +
                Line("Report", "stopped") + Line("Teardown", "stopped"));
}

std::string NameOfInit(const ::testing::TestParamInfo<const char*>& info) {
  constexpr const char* kNames[] = {"NoPid", "WithInit", "WithoutInit"};
  return kNames[info.index];
}

INSTANTIATE_TEST_SUITE_P(Init, ToldAtStart,
                         ::testing::Values("", "  - pid\n", "  - pid: {init: false}\n"),
                         NameOfInit);

class ToldLater : public RunningContainer {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    if (!IsSkipped()) Start(StagesOf("good-told", "  - pid\n"), Flags(test_));
  }

  void Expect(const std::string& hook, const std::string& status, bool pid = true) const {
    EXPECT_EQ(Told(test_, hook), LineOf(test_, id(), hook, status, pid ? PidIn(test_) : ""));
  }

  void ExpectOk(const Words& words) const {
    const RunResult result = Later(words);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 0);
  }
};

TEST_F(ToldLater, ByExec) {
  ExpectOk({"exec", id(), "/bin/true"});
  Expect("Create", "running");
  Expect("PreCloneOfExec", "running");
}

TEST_F(ToldLater, ByUpdate) {
  ExpectOk({"update", "--set", "good-told.note=1", id()});
  Expect("Update", "running");
}

TEST_F(ToldLater, AnAnnotationDoesNotChange) {
  ExpectRefusal(Later({"update", "--set", "annotations.team=b", id()}),
                "--set: cannot change while the container runs: \"annotations.team=b\" (only "
                "options of stages can)");
}

TEST_F(ToldLater, ByPauseAndResume) {
  ExpectOk({"pause", id()});
  Expect("Freeze", "running");
  ExpectOk({"resume", id()});
  Expect("Thaw", "paused");
}

TEST_F(ToldLater, ByStats) {
  EXPECT_EQ(Later({"stats", id()}).status, 0);
  Expect("Report", "running");
}

TEST_F(ToldLater, ByGcOnceTheRuntimeWasKilled) {
  Signal(SIGKILL);
  AwaitEnd();
  EXPECT_EQ(Later({"gc"}).out, id() + ": good-told: undone: 1 step\n" + id() + ": removed\n");
  Expect("TeardownOfGc", "stopped", /*pid=*/false);
}

class ToldOfCreated : public LivingOn {};

TEST_F(ToldOfCreated, ByTheStartOfAnotherProcess) {
  const RunResult made =
      Build(StagesOf("good-told-parked", "  - pid\n"), {"/bin/tail", "-f", "/dev/null"},
            {"--annotation", "team=web", "--pid-file", test_.Path("pid")});
  ASSERT_EQ(made.status, 0) << Out();
  EXPECT_EQ(Told(test_, "Started"), "");
  EXPECT_EQ(Later({"start", id()}).err, "");
  EXPECT_EQ(Told(test_, "Started"), LineOf(test_, id(), "Started", "running", PidIn(test_)));
}

TEST_F(ToldOfCreated, UntilItIsDeleted) {
  const RunResult made = Build(StagesOf("good-told", "  - pid\n"), {"/bin/tail", "-f", "/dev/null"},
                               {"--annotation", "team=web", "--pid-file", test_.Path("pid")});
  ASSERT_EQ(made.status, 0) << Out();
  const std::string pid = PidIn(test_);
  EXPECT_EQ(Told(test_, "InChild"), LineOf(test_, id(), "InChild", "creating", pid));
  EXPECT_EQ(Later({"update", "--set", "good-told.note=1", id()}).err, "");
  EXPECT_EQ(Told(test_, "Update"), LineOf(test_, id(), "Update", "created", pid));
  EXPECT_EQ(Later({"start", id()}).err, "");
  EXPECT_EQ(Later({"update", "--set", "good-told.note=2", id()}).err, "");
  EXPECT_EQ(Told(test_, "Update"), LineOf(test_, id(), "Update", "running", pid));
  EXPECT_EQ(Later({"delete", "--force", id()}).err, "");
  EXPECT_EQ(Told(test_, "TeardownOfGc"), LineOf(test_, id(), "TeardownOfGc", "stopped"));
}

TEST(Told, AConfigFromStandardInputHasNoFolder) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  ContainerTest test;
  const std::string config =
      ReadText(test.WriteStages("  - good-told: {file: " + test.Path("told") + "}\n  - pid\n"));
  RunOptions options;
  options.input = config;
  const std::string id = test.next_id();
  const RunResult result =
      test.RunContainer("-", {"/bin/true"}, options, {"--plugin-dir", Runfile("tests/plugins")});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(Told(test, "Teardown"), "Teardown - {\"ociVersion\":\"1.0.2\",\"id\":\"" + id +
                                        "\",\"status\":\"stopped\",\"bundle\":\"/\"}\n");
}

TEST(Told, OfCheckThereIsNoContainer) {
  ContainerTest test;
  const std::string config = test.WriteStages(StagesOf("good-told"));
  const RunResult result = RunProgram(
      {Runfile("runtime/runtime"), "check", "--plugin-dir", Runfile("tests/plugins"), config});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(Told(test, "Create"), "Create nobody \n");
}

TEST(Told, AnAnnotationIsANameAndAValue) {
  ContainerTest test;
  ExpectRefusal(
      test.RunContainer(test.WriteStages("  - uts\n"), {"/bin/true"}, {}, {"--annotation", "team"}),
      "--annotation: not of the form NAME=VALUE: \"team\" (such as --annotation "
      "org.example.team=web)");
}

}  // namespace
}  // namespace slipway::testing
