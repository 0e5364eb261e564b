#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::Running;
using slipway::testing::RunResult;

constexpr char kPid[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kInit[] = "  - pid: {init: true}\n  - mount: {root: root}\n  - proc\n";

TEST(Pid, CommandIsPidOne) {
  const RunResult result = ContainerTest().RunScript(kPid, "echo $$");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST(Pid, ProcessesOfTheHostAreInvisible) {
  const RunResult result = ContainerTest().RunScript(kPid, "cd /proc && echo [0-9]*");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST(Pid, StatusIsTheCommands) { EXPECT_EQ(ContainerTest().RunScript(kPid, "exit 42").status, 42); }

TEST(Pid, WhatTheCommandLeavesRunningEndsWithIt) {
  const RunResult result = ContainerTest().RunScript(kPid, "sleep 1000 >/dev/null 2>&1 & echo ok");
  EXPECT_EQ(result.out, "ok\n") << result.err;
}

TEST(PidInit, CommandIsPidTwoBelowInit) {
  const RunResult result =
      ContainerTest().RunScript(kInit, "echo $$; cat /proc/1/comm; cat /proc/2/comm; :");
  EXPECT_EQ(result.out, "2\ninit\nbusybox\n") << result.err;
}

// Root in the container may look into its init.
TEST(PidInit, ShowsNothingOfTheHost) {
  setenv("SLIPWAY_TEST_SECRET", "hunter2", 1);
  const RunResult result = ContainerTest().RunScript(
      "  - pid: {init: true}\n  - mount: {root: root}\n  - proc\n",
      "while [ $(ls /proc/1/fd | wc -l) -gt 3 ]; do :; done; "  // it closes them once the command
                                                                // runs
      "tr '\\0' ' ' < /proc/1/cmdline; wc -c < /proc/1/environ; ls /proc/1/fd | tr '\\n' ' '; "
      "readlink /proc/1/exe; grep -c /runtime /proc/1/maps; echo x 2>/dev/null > /proc/1/exe || "
      "echo refused");
  unsetenv("SLIPWAY_TEST_SECRET");
  EXPECT_EQ(result.out, "init     0\n0 1 2 /memfd:slipway-init (deleted)\n0\nrefused\n")
      << result.err;
}

// vm.memfd_noexec of sysctl(8), which each pid namespace has of its own since Linux 6.3.
TEST(PidInit, WorksWhereMemoryFilesMayNotBeExecuted) {
  constexpr const char* kSysctl = "/proc/sys/vm/memfd_noexec";
  if (access(kSysctl, F_OK) != 0) GTEST_SKIP() << "this kernel has no " << kSysctl;
  ContainerTest test;
  test.MakeRoot();
  const std::string config =
      test.WriteStages("  - pid: {init: true}\n  - mount: {root: root}\n  - proc\n");
  std::vector<std::string> argv = {"/usr/bin/unshare",
                                   "--pid",
                                   "--fork",
                                   "--mount-proc",
                                   "/bin/sh",
                                   "-c",
                                   std::string("echo 2 > ") + kSysctl + " && exec \"$@\"",
                                   "sh"};
  const std::vector<std::string> words =
      test.Argv(config, {"/bin/sh", "-c", "readlink /proc/1/exe; exit 4"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.out, "/slipway-init\n") << result.err;
  EXPECT_EQ(result.status, 4);
}

TEST(PidInit, PassesTheStatusOn) {
  EXPECT_EQ(ContainerTest().RunScript(kInit, "exit 42").status, 42);
}

TEST(PidInit, PassesTheDeathBySignalOn) {
  EXPECT_EQ(ContainerTest().RunScript(kInit, "kill -SEGV $$").status, 128 + SIGSEGV);
}

TEST(PidInit, ReapsOrphans) {
  // The inner shell leaves an orphan, which ends at once; a zombie would stay in /proc.
  const RunResult result =
      ContainerTest().RunScript(kInit,
                                "sh -c 'sh -c \"exit 0\" & exit 0'\n"
                                "for try in 1 2 3 4 5 6 7 8 9 10; do\n"
                                "  set -- /proc/[0-9]*; [ $# -le 2 ] && break; sleep 0.1\n"
                                "done; echo /proc/[0-9]*");
  EXPECT_EQ(result.out, "/proc/1 /proc/2\n") << result.err;
}

TEST(PidInit, ForwardsSignals) {
  ContainerTest test;
  test.MakeRoot();
  Running container(
      test.Argv(test.WriteStages(kInit), {"/bin/sh", "-c",
                                          "trap 'echo got it; exit 3' TERM; echo ready; "
                                          "while :; do sleep 0.05; done"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTERM);
  const RunResult result = container.Await();
  EXPECT_EQ(result.out, "ready\ngot it\n") << result.err;
  EXPECT_EQ(result.status, 3);
  test.ExpectNothingLeft();
}

TEST(PidInit, CommandThatIsNotFoundIsReported) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result = test.RunContainer(test.WriteStages(kInit), {"/bin/nope"});
  EXPECT_EQ(result.status, 127);
  EXPECT_EQ(result.err,
            "runtime: command not found \"/bin/nope\" (there is no such file in the "
            "container)\n");
}

}  // namespace
