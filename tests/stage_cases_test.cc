// slipway-stage-test: a stage's plugin is tested by a file of cases, and what is wrong is told.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"

namespace slipway::testing {
namespace {

constexpr char kTool[] = "runtime/stage_test/slipway-stage-test";
constexpr char kUts[] = "plugins/uts/libuts_stage.so";
constexpr char kLeavesBehind[] = "tests/plugins/libbad_leaves_behind_stage.so";

class StageCases : public ::testing::Test {
 protected:
  void TearDown() override { test_.ExpectNothingLeft(); }

  std::vector<std::string> Argv(const std::string& plugin, const std::string& cases,
                                const std::vector<std::string>& more = {}) const {
    test_.Write("cases.yaml", "version: 1\ncases:\n" + cases);
    std::vector<std::string> argv = {Runfile(kTool), "--runtime", Runfile("runtime/runtime")};
    argv.insert(argv.end(), more.begin(), more.end());
    argv.insert(argv.end(), {Runfile(plugin), test_.Path("cases.yaml")});
    return argv;
  }

  RunResult Try(const std::string& cases, const std::vector<std::string>& more = {}) const {
    return RunProgram(Argv(kUts, cases, more));
  }

  // One case that fails, for these reasons.
  void ExpectFailure(const RunResult& result, const std::string& reasons) const {
    EXPECT_EQ(result.out, "FAILED   a (" + test_.Path("cases.yaml") + ":3:11)\n" + reasons +
                              "0 passed, 1 failed, 0 skipped\n");
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 1);
  }

  void ExpectMistakes(const std::string& text, const std::string& lines) const {
    test_.Write("bad.yaml", text);
    const RunResult result = RunProgram(
        {Runfile(kTool), "--runtime", Runfile("runtime/runtime"), Runfile(kUts), "bad.yaml"},
        {.prepare = [this] { (void)!chdir(test_.Path("").c_str()); }});
    EXPECT_EQ(result.err, lines);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.status, 2);
  }

  ContainerTest test_;
};

TEST_F(StageCases, ThatPassAreCounted) {
  const RunResult result = Try(R"(
  - name: the container has its own host name
    stages: [{uts: {hostname: box}}]
    command: [probe, hostname]
    expect: {stdout: box}
  - name: a name that is too long is refused
    stages: [{uts: {hostname: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}]
    command: [probe]
    expect: {error: {contains: hostname}}
  - name: input, output, environment and status
    stages: [uts]
    env: {NAME: "b c"}
    command: [/bin/sh, -c, "cat; echo $NAME >&2; exit 3"]
    stdin: given
    expect: {stdout: given, stderr: {regex: "^b +c$"}, status: 3}
  - name: the machine's own files
    root: /
    stages: [{uts: {hostname: box}}]
    command: [probe, hostname]
    expect: {stdout: box}
  - name: a later kernel
    needs: [linux-999.1]
    stages: [uts]
    command: [probe]
)");
  EXPECT_EQ(result.out.substr(0, result.out.find("skipped")),
            "ok       the container has its own host name\n"
            "ok       a name that is too long is refused\n"
            "ok       input, output, environment and status\n"
            "ok       the machine's own files\n");
  EXPECT_NE(result.out.find("skipped  a later kernel: needs Linux 999.1, and this is "),
            std::string::npos);
  EXPECT_TRUE(result.out.ends_with("\n4 passed, 0 failed, 1 skipped\n")) << result.out;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
}

TEST_F(StageCases, ThatDifferShowHow) {
  ExpectFailure(Try(R"(  - name: a
    stages: [uts]
    command: [/bin/sh, -c, "echo one; echo two; exit 3"]
    expect: {stdout: "one\nthree", status: 4}
)"),
                "    stdout differs (- expected, + got):\n"
                "      one\n"
                "    - three\n"
                "    + two\n"
                "    the exit status is 3, expected 4\n");
}

TEST_F(StageCases, WhoseErrorIsAnotherShowTheRuntimes) {
  const RunResult result = Try(R"(  - name: a
    stages: [{uts: {hostnam: x}}]
    command: [probe]
    expect: {error: {contains: domainname}}
)");
  EXPECT_NE(result.out.find(":4:21: uts: unknown option \"hostnam\""), std::string::npos)
      << result.out;
  EXPECT_EQ(result.status, 1);
}

TEST_F(StageCases, ToWhichARootIsGivenAreToldOfItsErrorsAtTheirName) {
  const RunResult result = Try(R"(  - name: a
    root: /not/here
    stages: [uts]
    command: [probe]
)");
  EXPECT_NE(result.out.find("runtime: " + test_.Path("cases.yaml") + ":3:11: "), std::string::npos)
      << result.out;
}

TEST_F(StageCases, ThatTakeTooLongAreEnded) {
  ExpectFailure(Try(R"(  - name: a
    stages: [uts, pid]
    timeout: 1s
    command: [/bin/sleep, "1000"]
)"),
                "    took too long, and was killed\n");
}

TEST_F(StageCases, WithoutOneThatRanDoNotPass) {
  const RunResult result = Try(R"(  - name: a
    needs: [linux-999.1]
    stages: [uts]
    command: [probe]
)");
  EXPECT_TRUE(result.out.ends_with("0 passed, 0 failed, 1 skipped\n")) << result.out;
  EXPECT_EQ(result.status, 1);
}

TEST_F(StageCases, ThatLeaveAProcessFail) {
  const RunResult result = RunProgram(Argv(kLeavesBehind, R"(  - name: a
    stages: [{bad-leaves-behind: {what: process}}]
    command: [probe, hostname]
)"));
  EXPECT_NE(result.out.find(" still runs\n0 passed, 1 failed, 0 skipped\n"), std::string::npos)
      << result.out;
  EXPECT_EQ(result.status, 1);
}

TEST_F(StageCases, ThatLeaveAMountFail) {
  ASSERT_EQ(mkdir(test_.Path("point").c_str(), 0755), 0);
  ExpectFailure(RunProgram(Argv(kLeavesBehind, R"(  - name: a
    stages: [{bad-leaves-behind: {what: mount, dir: )" +
                                                   test_.Path("point") + R"(}}]
    command: [probe, hostname]
)")),
                "    mount at " + test_.Path("point") + " is left\n");
}

TEST_F(StageCases, ThatCannotBeUndoneFail) {
  const RunResult result = RunProgram(Argv(kLeavesBehind, R"(  - name: a
    stages: [{bad-leaves-behind: {what: record}}]
    command: [probe, hostname]
)"));
  EXPECT_NE(result.out.find(" is still in `runtime list`\n"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("`runtime gc` cannot undo it either:\n"), std::string::npos);
  EXPECT_EQ(result.status, 1);
}

TEST_F(StageCases, OfAPlainUserNeedNoRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const PublicCopy copy({"uts", "user"});
  test_.Write("cases.yaml", R"(version: 1
cases:
  - name: a
    as: 12345
    root: /
    stages: [{user: {map: self}}, {uts: {hostname: plain}}]
    command: [/bin/sh, -c, "uname -n; id -u"]
    expect: {stdout: "plain\n12345"}
)");
  chmod(test_.Path("").c_str(), 0755);
  const RunResult result =
      RunProgram({Runfile(kTool), "--runtime", copy.host(),
                  copy.folder() + "/plugins/uts/libuts_stage.so", test_.Path("cases.yaml")});
  EXPECT_EQ(result.out, "ok       a\n1 passed, 0 failed, 0 skipped\n");
}

TEST_F(StageCases, KeepWhatAMountShowsThatIsLeft) {
  const std::string kept = test_.Write("victim/kept", "");
  const RunResult result = Try(R"(  - name: a
    root: /
    stages: [uts]
    command: [/bin/sh, -e, -c, "mkdir '${tmp}/a b'; mount --bind )" +
                               test_.Path("victim") + R"( '${tmp}/a b'"]
)");
  EXPECT_NE(result.out.find("/files/a b is left\n"), std::string::npos) << result.out;
  EXPECT_EQ(access(kept.c_str(), F_OK), 0);
}

TEST_F(StageCases, WithoutTheStageAreNotRun) {
  const RunResult result = Try("  - {name: a, stages: [pid], command: [probe]}\n");
  EXPECT_EQ(result.err, "slipway-stage-test: " + test_.Path("cases.yaml") +
                            ": no case has the stage that is to be tested \"uts\" (name it in the "
                            "stages of a case)\n");
  EXPECT_EQ(result.status, 2);
}

TEST_F(StageCases, WhoseRuntimeCannotBeRunFailWhateverIsExpected) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const PublicCopy copy({"uts"});
  ASSERT_EQ(chmod(copy.folder().c_str(), 0700), 0);
  test_.Write("cases.yaml", R"(version: 1
cases:
  - name: a
    as: 12345
    stages: [uts]
    command: [probe]
    expect: {status: 1}
)");
  const RunResult result = RunProgram(
      {Runfile(kTool), "--runtime", copy.host(), Runfile(kUts), test_.Path("cases.yaml")});
  EXPECT_NE(result.out.find("cannot execute the runtime"), std::string::npos) << result.out;
  EXPECT_EQ(result.status, 1);
}

TEST_F(StageCases, LeaveAloneWhatRanBefore) {
  std::string script = "/bin/sleep 1000 >/dev/null 2>&1 & echo $!; exec";
  for (const std::string& word : Argv(kUts, "  - {name: a, stages: [uts], command: [probe]}\n")) {
    script += " '" + word + "'";
  }
  const RunResult result = RunProgram({"/bin/sh", "-c", script + " 2>&1"});
  const size_t end = result.out.find('\n');
  EXPECT_EQ(result.out.substr(end + 1), "ok       a\n1 passed, 0 failed, 0 skipped\n");
  const pid_t before = std::stoi(result.out);
  EXPECT_EQ(kill(before, SIGKILL), 0);
  // It has come to this process.
  EXPECT_EQ(waitpid(before, nullptr, 0), before);
}

TEST_F(StageCases, AreEndedByASignalAndUndone) {
  const std::string ready = test_.Path("ready");
  Running tool(Argv(kUts, R"(  - name: a
    stages: [uts, pid]
    command: [/bin/sh, -c, "echo ready > )" +
                              ready +
                              R"(; exec sleep 1000"]
    root: /
)"));
  while (ReadText(ready).empty()) sched_yield();
  tool.Signal(SIGTERM);
  const RunResult result = tool.Await();
  EXPECT_EQ(result.err,
            "slipway-stage-test: ended by the signal \"15\" (in the case \"a\", which was ended "
            "too)\n");
  EXPECT_EQ(result.out, "0 passed, 0 failed, 0 skipped\n");
  EXPECT_EQ(result.status, 128 + SIGTERM);
}

TEST_F(StageCases, AreWrittenForOtherPrograms) {
  const std::string cases =
      "  - name: a\n    stages: [uts]\n    command: [probe, hostname]\n    "
      "expect: {stdout: \"<x>\"}\n";
  const RunResult tap = Try(cases, {"--format", "tap"});
  EXPECT_TRUE(tap.out.starts_with("TAP version 13\n1..1\nnot ok 1 - a\n# stdout differs"))
      << tap.out;
  const RunResult json = Try(cases, {"--format", "json"});
  EXPECT_TRUE(json.out.starts_with("{\"cases\":[{\"name\":\"a\",\"where\":")) << json.out;
  EXPECT_TRUE(json.out.ends_with(",\"passed\":0,\"failed\":1,\"skipped\":0}\n")) << json.out;
  const RunResult junit = Try(cases, {"--format", "junit"});
  EXPECT_NE(junit.out.find("- &lt;x&gt;"), std::string::npos) << junit.out;
}

TEST_F(StageCases, WithMistakesAreNotRun) {
  ExpectMistakes(
      "version: 2\n"
      "cases:\n"
      "  - nam: x\n"
      "    stages: {}\n"
      "    expect: {stdot: a, status: 300, stderr: {regex: \"(\"}}\n"
      "    needs: [roots]\n"
      "  - name: y\n"
      "    stages: [uts]\n"
      "    command: []\n"
      "    as: bob\n"
      "    timeout: 1ms\n"
      "foo: 1\n",
      "slipway-stage-test: bad.yaml:1:10: unknown version \"2\" (this program reads version: 1)\n"
      "slipway-stage-test: bad.yaml:3:5: case: unknown key \"nam\" (did you mean \"name\"?)\n"
      "slipway-stage-test: bad.yaml:3:5: missing key \"name\" (what the case shows, in a few "
      "words)\n"
      "slipway-stage-test: bad.yaml:3:5: missing key \"command\" (the program and its arguments)\n"
      "slipway-stage-test: bad.yaml:4:13: stages: found a map (write a list of stages)\n"
      "slipway-stage-test: bad.yaml:5:14: expect: unknown key \"stdot\" (did you mean "
      "\"stdout\"?)\n"
      "slipway-stage-test: bad.yaml:5:32: expect.status: not an exit status \"300\" (write a "
      "number from 0 to 255)\n"
      "slipway-stage-test: bad.yaml:5:53: expect.stderr.regex: not a regular expression \"(\" "
      "(Unmatched ( or \\()\n"
      "slipway-stage-test: bad.yaml:6:13: needs: nothing that this program knows \"roots\" (did "
      "you mean \"root\"?)\n"
      "slipway-stage-test: bad.yaml:9:14: command: an empty list (write the program and its "
      "arguments)\n"
      "slipway-stage-test: bad.yaml:10:9: as: not a user \"bob\" (write root, or the number of a "
      "user)\n"
      "slipway-stage-test: bad.yaml:11:14: timeout: not such a time \"1ms\" (write a duration of a "
      "second to an hour, such as 30s)\n"
      "slipway-stage-test: bad.yaml:12:1: the file: unknown key \"foo\" (one of version, cases)\n");
  ExpectMistakes("version: 1\ncases: []\n",
                 "slipway-stage-test: bad.yaml:2:8: cases: an empty list (write at least one)\n");
  ExpectMistakes(
      "cases: [",
      "slipway-stage-test: bad.yaml:1:8: not valid YAML (a '[' without its ']', or a missing "
      "comma)\n");
}

}  // namespace
}  // namespace slipway::testing
