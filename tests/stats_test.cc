// --stats: how a container ended and what it used, for programs; whatever happens.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <regex.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

constexpr char kPlain[] = "  - pid\n  - mount: {root: root}\n";
constexpr char kLimited[] =
    "  - pid\n  - mount: {root: root}\n"
    "  - first-of:\n      - cgroup-v2: {memory.max: 16MiB, memory.swap.max: 0}\n"
    "      - cgroup-v1: {memory.max: 16MiB}\n";

class Stats : public ::testing::Test {
 protected:
  void SetUp() override { test_.MakeRoot(); }

  std::string File() const { return test_.Path("stats.json"); }

  // What the run leaves in the file.
  std::string Of(const Words& command, const std::string& stages = kPlain,
                 const Words& flags = {}) {
    Words all = {"--stats", File()};
    all.insert(all.end(), flags.begin(), flags.end());
    result_ = test_.RunContainer(test_.WriteStages(stages), command, {}, all);
    return ReadText(File());
  }

  // pattern: an extended regular expression of regex(7).
  static bool Has(const std::string& text, const std::string& pattern) {
    regex_t regex;
    if (regcomp(&regex, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
    const bool found = regexec(&regex, text.c_str(), 0, nullptr, 0) == 0;
    regfree(&regex);
    return found;
  }

  ContainerTest test_;
  RunResult result_;
};

TEST_F(Stats, AreThereWithoutACgroup) {
  const std::string stats =
      Of({"/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"});
  EXPECT_TRUE(Has(stats, "^\\{\"id\":\"test-[^\"]+\",\"config\":\"" + test_.Path("test.yaml") +
                             "\",\"ended\":\"exited\",\"status\":0,\"error\":null,"))
      << stats;
  for (const char* name : {"wall_ns", "cpu_user_ns", "max_rss_bytes", "minor_faults"}) {
    EXPECT_TRUE(Has(stats, std::string("\"") + name + "\":[1-9]")) << name << stats;
  }
  for (const char* name : {"cpu_system_ns", "major_faults"}) {
    EXPECT_TRUE(Has(stats, std::string("\"") + name + "\":[0-9]")) << name << stats;
  }
  EXPECT_TRUE(Has(stats, "\"first_of\":\\[\\],\"stages\":\\{\\}\\}\n$")) << stats;
}

TEST_F(Stats, SayWhatAFirstOfTook) {
  const std::string stats = Of({"true"}, kLimited);
  EXPECT_TRUE(Has(stats,
                  "\"first_of\":\\[\\{\"where\":\"[^\"]+test.yaml:5:5\",\"taken\":\"cgroup-v[12]\","
                  "\"at\":\"[^\"]+test.yaml:[67]:9\""))
      << stats;
  EXPECT_TRUE(Has(stats, "\"stages\":\\{\"cgroup-v[12]\":\\{\"")) << stats;
}

TEST_F(Stats, SayThatASignalEndedIt) {
  // Where the first process is not pid 1, its own signal ends it.
  const std::string stats = Of({"/bin/sh", "-c", "kill -SEGV $$"}, "  - mount: {root: root}\n");
  EXPECT_TRUE(Has(stats, "\"ended\":\"signaled\",\"status\":139,\"error\":null")) << stats;
}

TEST_F(Stats, SayThatASignalEndedTheCommandBelowAnInit) {
  const std::string stats = Of({"/bin/sh", "-c", "kill -SEGV $$"});
  EXPECT_TRUE(Has(stats, "\"ended\":\"signaled\",\"status\":139,\"error\":null")) << stats;
}

TEST_F(Stats, SayThatTheMemoryWasOut) {
  const std::string stats =
      Of({"/bin/sh", "-c", "exec dd if=/dev/zero of=/dev/null bs=64M"}, kLimited);
  EXPECT_TRUE(Has(stats, "\"ended\":\"out-of-memory\",\"status\":137")) << stats;
}

TEST_F(Stats, SayWhyTheCommandDidNotStart) {
  EXPECT_TRUE(Has(Of({"nope"}),
                  "\"ended\":\"not-started\",\"status\":127,\"error\":\\{\"text\":"
                  "\"command not found[^}]*\"kind\":\"command\""))
      << Of({"nope"});
}

TEST_F(Stats, TellAMistakeInTheConfigFromAMachineThatLacksSomething) {
  const std::string config = Of({"true"}, "  - mount: {rot: root}\n");
  EXPECT_TRUE(Has(config,
                  "\"ended\":\"not-started\",\"status\":125,\"error\":\\{[^}]*\"kind\":\"config\","
                  "\"where\":\"[^\"]*:3:[0-9]+\",\"stage\":\"mount\""))
      << config;
  const std::string machine = Of({"true"}, "  - mount: {root: /nope}\n");
  EXPECT_TRUE(Has(
      machine, "\"ended\":\"not-started\",\"status\":125,\"error\":\\{[^}]*\"kind\":\"machine\""))
      << machine;
}

TEST_F(Stats, OfAnOlderRunDoNotOutliveAKill) {
  test_.Write("stats.json", "{\"old\": 1}");
  Running container(test_.Argv(test_.WriteStages(kPlain),
                               {"/bin/sh", "-c", "echo up; while :; do sleep 1; done"},
                               {"--stats", File()}));
  ASSERT_TRUE(container.AwaitOutput("up\n"));
  container.Signal(SIGKILL);
  container.Await();
  EXPECT_TRUE(Has(ReadText(File()), "\"ended\":\"unknown\",\"status\":null")) << ReadText(File());
  RunProgram({Runfile("runtime/runtime"), "gc"});
}

TEST_F(Stats, TruncateNoLog) {
  const std::string log = test_.Write("log", "a line\n");
  Words argv = {"/bin/bash", "-c", "\"$@\" 2>>\"$0\"", log};
  const Words run = test_.Argv(test_.WriteStages(kPlain), {"/bin/sh", "-c", "echo err >&2"},
                               {"--stats", "/dev/stderr"});
  argv.insert(argv.end(), run.begin(), run.end());
  RunProgram(argv);
  EXPECT_EQ(ReadText(log).find("a line\nerr\n{\"id\":"), 0U) << ReadText(log);
  test_.ExpectNothingLeft();
}

TEST_F(Stats, GoToStandardOutputOrADescriptor) {
  const std::string config = test_.WriteStages(kPlain);
  const RunResult out = test_.RunContainer(config, {"echo", "ran"}, {}, {"--stats", "-"});
  EXPECT_EQ(out.out.find("ran\n{\"id\":"), 0U) << out.out << out.err;
  EXPECT_FALSE(fs::exists("-"));
  const std::string path = test_.Write("fd", "");
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  test_.RunContainer(config, {"true"}, {.inherited_fds = {fd}},
                     {"--stats", "fd:" + std::to_string(fd)});
  EXPECT_EQ(ReadText(path).find("{\"id\":"), 0U);
  close(fd);
}

TEST_F(Stats, ThatCannotBeWrittenAreRefusedBeforeAnythingStarts) {
  const std::string config = test_.WriteStages(kPlain);
  ExpectRefusalLike(test_.RunContainer(config, {"echo", "ran"}, {}, {"--stats", "/nope/stats"}),
                    "--stats: cannot write", {"/nope/stats", "No such file or directory"});
}

TEST_F(Stats, WithoutReaderAreAWarningAndNotTheEnd) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  const RunResult result = test_.RunContainer(
      test_.WriteStages(kPlain), {"/bin/sh", "-c", "exit 7"}, {.inherited_fds = {ends[1]}},
      {"--stats", "fd:" + std::to_string(ends[1])});
  EXPECT_EQ(result.status, 7);
  EXPECT_NE(result.err.find("Broken pipe"), std::string::npos) << result.err;
  close(ends[1]);
}

TEST_F(Stats, OutliveImpatientSignals) {
  Running container(test_.Argv(test_.WriteStages(kPlain), {"/bin/sh", "-c", "echo up; sleep 1000"},
                               {"--stats", File()}));
  ASSERT_TRUE(container.AwaitOutput("up\n"));
  for (int i = 0; i < 200; ++i) container.Signal(SIGTERM);
  EXPECT_EQ(container.Await().status, 128 + SIGTERM);
  EXPECT_TRUE(Has(ReadText(File()), "\"ended\":\"signaled\",\"status\":143")) << ReadText(File());
  test_.ExpectNothingLeft();
}

TEST_F(Stats, AreJsonWhateverThePathHolds) {
  std::filesystem::copy(test_.WriteStages(kPlain), test_.Path("a\xff.yaml"));
  test_.RunContainer(test_.Path("a\xff.yaml"), {"true"}, {}, {"--stats", File()});
  EXPECT_NE(ReadText(File()).find("/a\xef\xbf\xbd.yaml\""), std::string::npos) << ReadText(File());
}

TEST_F(Stats, ThatFailAtLastAreAWarning) {
  const std::string config = test_.WriteStages(kPlain);
  const RunResult result =
      test_.RunContainer(config, {"echo", "ran"}, {}, {"--stats", "/dev/full"});
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err.find("runtime: warning: --stats: "), 0U) << result.err;
}

}  // namespace
}  // namespace slipway::testing
