// What a launch tells its caller. The stages here do nothing, or ask for a pid namespace.

#include "runtime/launch/launch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/launch/host_table.h"

namespace slipway::launch {
namespace {

int Nothing(void*, slipway_context*, slipway_error*) { return 0; }

int AskForPids(void*, slipway_context* context, slipway_error* error) {
  return HostTable()->add_namespaces(context, CLONE_NEWPID, error);
}

// parked: the child is a copy of the host, because of the PostClone hook.
slipway_stage StageThatAsks(bool parked) {
  slipway_stage stage{};
  stage.name = "asks";
  stage.privileges = SLIPWAY_ROOT_OR_USERNS;
  stage.pre_clone = AskForPids;
  if (parked) stage.post_clone = Nothing;
  return stage;
}

class LaunchOf : public ::testing::TestWithParam<bool> {
 protected:
  LaunchOf() : descriptor_(StageThatAsks(GetParam())) {
    if (geteuid() != 0) return;
    const char* base = getenv("TEST_TMPDIR");
    folder_ = std::string(base ? base : "/tmp") + "/launch-XXXXXX";
    if (!mkdtemp(folder_.data())) abort();
  }
  ~LaunchOf() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: it makes a pid namespace";
  }

  Outcome Run(const std::string& script, std::function<Status(pid_t)> started = {},
              std::vector<int> kept_fds = {}) {
    const Command command{.args = {"/bin/sh", "-c", script}, .environment = {}, .cwd = "/"};
    return Run(command, std::move(started), std::move(kept_fds));
  }

  Outcome Run(const Command& command, std::function<Status(pid_t)> started = {},
              std::vector<int> kept_fds = {}) {
    auto root = state::Root::Make(folder_ + "/state");
    EXPECT_TRUE(root.ok());
    const state::Facts facts{.id = "web",
                             .config = "/web.yaml",
                             .since = 1,
                             .outlives_host = false,
                             .stages = {{"asks", 1, "build-id:0a", "/libasks_stage.so", ""}}};
    std::vector<Stage> stages;
    stages.emplace_back(
        StageSpec{.descriptor = &descriptor_, .options = nullptr, .where = "f:1:1"});
    Guard guard(std::chrono::seconds(0));
    return Launch({.root = *root,
                   .facts = facts,
                   .stages = stages,
                   .command = command,
                   .guard = guard,
                   .gc_words = {"gc"},
                   .started = std::move(started),
                   .kept_fds = std::move(kept_fds)});
  }

  slipway_stage descriptor_;
  std::string folder_;
};

TEST_P(LaunchOf, ACommandThatRunsSaysSo) {
  pid_t pid = 0;
  const Outcome outcome = Run("exit 7", [&pid](pid_t first) {
    pid = first;
    return Ok();
  });
  ASSERT_TRUE(outcome.exit_status.ok()) << outcome.exit_status.error().ToString();
  EXPECT_EQ(*outcome.exit_status, 7);
  EXPECT_TRUE(outcome.started);
  EXPECT_GT(pid, 0);
}

TEST_P(LaunchOf, ACommandThatIsNotThereSaysSo) {
  const Command command{.args = {"/nope"}, .environment = {}, .cwd = "/"};
  bool told = false;
  const Outcome outcome = Run(command, [&told](pid_t) {
    told = true;
    return Ok();
  });
  ASSERT_FALSE(outcome.exit_status.ok());
  EXPECT_EQ(outcome.exit_status.error()->exit_status, 127);
  EXPECT_FALSE(outcome.started);
  EXPECT_FALSE(told);
}

TEST_P(LaunchOf, ACommandThatIsEmptyIsNotFound) {
  const Command command{.args = {"", "a"}, .environment = {}, .cwd = "/"};
  const Outcome outcome = Run(command);
  ASSERT_FALSE(outcome.exit_status.ok());
  EXPECT_EQ(outcome.exit_status.error().ToString(),
            "the command is an empty text (give a program's name or path first)");
  EXPECT_EQ(outcome.exit_status.error()->exit_status, 127);
}

TEST_P(LaunchOf, ACommandIsEndedWhenNobodyCouldBeTold) {
  pid_t pid = 0;
  const Outcome outcome = Run("sleep 1000", [&pid](pid_t first) -> Status {
    pid = first;
    return Error("nobody listens");
  });
  ASSERT_FALSE(outcome.exit_status.ok());
  EXPECT_EQ(outcome.exit_status.error().ToString(), "nobody listens");
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1) << "it was not reaped";
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/state"));
}

TEST_P(LaunchOf, ACommandTellsWhatItUsed) {
  const Outcome outcome =
      Run("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sh -c 'exit 0'; exit 0");
  EXPECT_TRUE(outcome.exit_status.ok());
  const struct rusage& used = outcome.usage.processes;
  const int64_t cpu_us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * int64_t{1000000} +
                         used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  EXPECT_GT(cpu_us, 0);
  EXPECT_GT(used.ru_maxrss, 0);
  EXPECT_GT(used.ru_minflt, 0);
  EXPECT_GE(outcome.usage.wall_ns, cpu_us);
}

TEST_P(LaunchOf, ACommandInheritsTheCallersDescriptors) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const std::string number = std::to_string(ends[1]);
  const Outcome outcome = Run("echo kept >&" + number, {}, {ends[1]});
  EXPECT_TRUE(outcome.exit_status.ok() && *outcome.exit_status == 0);
  close(ends[1]);
  char text[16] = {};
  EXPECT_EQ(read(ends[0], text, sizeof(text)), 5);
  EXPECT_STREQ(text, "kept\n");
  close(ends[0]);
}

int g_prepared = 0;

int CountPrepared(void*, slipway_context*, slipway_error*) {
  ++g_prepared;
  return 0;
}

int AskForPidsWithoutPostClone(void* object, slipway_context* context, slipway_error* error) {
  const int asked = AskForPids(object, context, error);
  return asked != 0 ? asked : HostTable()->skip_post_clone(context, error);
}

int Fail(void*, slipway_context*, slipway_error*) { return 1; }

using LaunchWithPostClone = LaunchOf;

// The child that prepares has the host's memory then, and leaves its count there.
TEST_P(LaunchWithPostClone, IsTheQuickOneWhereTheStageSkipsIt) {
  descriptor_.in_child = CountPrepared;
  if (GetParam()) descriptor_.post_clone = Fail;
  descriptor_.pre_clone = AskForPidsWithoutPostClone;
  g_prepared = 0;
  const Outcome outcome = Run("exit 7");
  ASSERT_TRUE(outcome.exit_status.ok()) << outcome.exit_status.error().ToString();
  EXPECT_EQ(g_prepared, 1);
}

INSTANTIATE_TEST_SUITE_P(Hook, LaunchWithPostClone, ::testing::Bool());

INSTANTIATE_TEST_SUITE_P(Start, LaunchOf, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Parked" : "Sharing"; });

}  // namespace
}  // namespace slipway::launch
