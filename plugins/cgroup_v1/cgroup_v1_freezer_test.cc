// A process tree that forks faster than it can be killed one by one ends with the container.

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "plugins/cgroup/fixture.h"
#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;

// Runs the program and returns its exit status. Orphans get reaped at once meanwhile, as init
// does: else they would soon use up pids.max, and the tree would end by itself.
int RunBelowAnInit(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t init = fork();
  if (init == 0) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t program = fork();
    if (program == 0) {
      execv(argv[0], argv.data());
      _exit(127);
    }
    int status = 0;
    pid_t ended = 0;
    while ((ended = wait(&status)) != program && ended > 0) {
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(init, &status, 0), init);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

class CgroupV1Freezer : public slipway::cgroup::testing::CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    NeedV1({"pids", "freezer"});
  }
};

// No test but the container's command: leaves some lines of processes, in each of which every
// process forks its successor and ends. The lines end by themselves after a while, so that a
// failed test does not cost the machine.
TEST_F(CgroupV1Freezer, DISABLED_Command) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  for (int line = 0; line < 8; ++line) {
    if (fork() > 0) continue;
    while (std::chrono::steady_clock::now() < end) {
      if (fork() > 0) break;
    }
    _exit(0);
  }
  usleep(200'000);
  _exit(7);
}

TEST_F(CgroupV1Freezer, ATreeThatForksOnEndsWithTheContainer) {
  ContainerTest test;
  // Without a pid namespace. The limit is for the safety of this machine only.
  const std::string config = test.WriteStages("  - cgroup-v1: {pids.max: 200}\n");
  const std::vector<std::string> command = {std::filesystem::read_symlink("/proc/self/exe"),
                                            "--gtest_also_run_disabled_tests",
                                            "--gtest_filter=CgroupV1Freezer.DISABLED_Command"};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(RunBelowAnInit(test.Argv(config, command)), 7);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 5.0);
  test.ExpectNothingLeft();
}

}  // namespace
