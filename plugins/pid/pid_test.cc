#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::Running;
using slipway::testing::RunResult;

constexpr char kInit[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kNoInit[] = "  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n";
constexpr char kToAll[] = "  - pid: {signals: all}\n  - mount: {root: root}\n  - proc\n";

TEST(PidWithoutInit, CommandIsPidOne) {
  const RunResult result = ContainerTest().RunScript(kNoInit, "echo $$");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST(PidWithoutInit, ProcessesOfTheHostAreInvisible) {
  const RunResult result = ContainerTest().RunScript(kNoInit, "cd /proc && echo [0-9]*");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST(PidWithoutInit, StatusIsTheCommands) {
  EXPECT_EQ(ContainerTest().RunScript(kNoInit, "exit 42").status, 42);
}

TEST(PidWithoutInit, WhatTheCommandLeavesRunningEndsWithIt) {
  const RunResult result =
      ContainerTest().RunScript(kNoInit, "sleep 1000 >/dev/null 2>&1 & echo ok");
  EXPECT_EQ(result.out, "ok\n") << result.err;
}

// The kernel drops what PID 1 does not catch.
TEST(PidWithoutInit, CommandDoesNotGetItsOwnSignals) {
  EXPECT_EQ(ContainerTest().RunScript(kNoInit, "kill -TERM $$; exit 3").status, 3);
}

TEST(PidInit, ProcessesOfTheHostAreInvisible) {
  const RunResult result = ContainerTest().RunScript(kInit, "cd /proc && echo [0-9]*");
  EXPECT_EQ(result.out, "1 2\n") << result.err;
}

TEST(PidInit, WhatTheCommandLeavesRunningEndsWithIt) {
  const RunResult result = ContainerTest().RunScript(kInit, "sleep 1000 >/dev/null 2>&1 & echo ok");
  EXPECT_EQ(result.out, "ok\n") << result.err;
}

// Without an init it would print for ever.
TEST(PidInit, CommandEndsWithABrokenPipe) {
  ContainerTest test;
  test.MakeRoot();
  std::vector<std::string> argv = {"/bin/bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}",
                                   "bash"};
  const std::vector<std::string> words =
      test.Argv(test.WriteStages(kInit), {"/bin/sh", "-c", "while :; do echo y; done 2>/dev/null"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.out, "y\n141\n") << result.err;
  test.ExpectNothingLeft();
}

TEST(PidInit, CommandGetsItsOwnSignals) {
  EXPECT_EQ(ContainerTest().RunScript(kInit, "kill -TERM $$; exit 3").status, 128 + SIGTERM);
  EXPECT_EQ(ContainerTest().RunScript(kInit, "kill -ABRT $$; exit 3").status, 128 + SIGABRT);
  EXPECT_EQ(ContainerTest().RunScript(kInit, "kill -ALRM $$; exit 3").status, 128 + SIGALRM);
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
      kInit,
      "while [ $(ls /proc/1/fd | wc -l) -gt 3 ]; do :; done; "  // it closes them once the command
                                                                // runs
      "tr -s '\\0' ' ' < /proc/1/cmdline; wc -c < /proc/1/environ; ls /proc/1/fd | tr '\\n' ' '; "
      "readlink /proc/1/exe; grep -c /runtime /proc/1/maps; echo x 2>/dev/null > /proc/1/exe || "
      "echo refused");
  unsetenv("SLIPWAY_TEST_SECRET");
  EXPECT_EQ(result.out, "init 0\n0 1 2 /memfd:slipway-init (deleted)\n0\nrefused\n") << result.err;
}

// vm.memfd_noexec of sysctl(8), which each pid namespace has of its own since Linux 6.3.
TEST(PidInit, WorksWhereMemoryFilesMayNotBeExecuted) {
  constexpr const char* kSysctl = "/proc/sys/vm/memfd_noexec";
  if (access(kSysctl, F_OK) != 0) GTEST_SKIP() << "this kernel has no " << kSysctl;
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(kInit);
  const std::string before = slipway::testing::ReadText(kSysctl);
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
  EXPECT_EQ(slipway::testing::ReadText(kSysctl), before) << "the machine's own";
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

// The child of the shell, which catches the signal too, says so before the shell goes on.
constexpr char kCatching[] =
    "trap 'caught=1' TERM CONT\n"
    "sh -c 'trap \"echo child; exit 0\" TERM CONT; echo ready; while :; do sleep 0.05; done' &\n"
    "while [ -z \"$caught\" ]; do sleep 0.05; done\n"
    "echo command\n";

TEST(PidInit, SendsSignalsToTheCommandAlone) {
  ContainerTest test;
  test.MakeRoot();
  Running container(test.Argv(test.WriteStages(kInit), {"/bin/sh", "-c", kCatching}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTERM);
  EXPECT_EQ(container.Await().out, "ready\ncommand\n");
  test.ExpectNothingLeft();
}

TEST(PidSignals, ReachAllProcesses) {
  ContainerTest test;
  test.MakeRoot();
  Running container(
      test.Argv(test.WriteStages(kToAll), {"/bin/sh", "-c", std::string(kCatching) + "wait"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTERM);
  const RunResult result = container.Await();
  EXPECT_NE(result.out.find("child\n"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("command\n"), std::string::npos) << result.out;
  test.ExpectNothingLeft();
}

TEST(PidSignals, EndAllProcessesAndTellOfTheCommands) {
  ContainerTest test;
  test.MakeRoot();
  Running container(
      test.Argv(test.WriteStages(kToAll), {"/bin/sh", "-c", "sleep 1000 & echo ready; wait"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTERM);
  EXPECT_EQ(container.Await().status, 128 + SIGTERM);
  test.ExpectNothingLeft();
}

// A shell continues its jobs itself.
TEST(PidSignals, OfJobControlAreForTheCommand) {
  ContainerTest test;
  test.MakeRoot();
  Running container(test.Argv(test.WriteStages(kToAll), {"/bin/sh", "-c", kCatching}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGCONT);
  EXPECT_EQ(container.Await().out, "ready\ncommand\n");
  test.ExpectNothingLeft();
}

TEST(PidSignals, NeedTheInit) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result = test.RunContainer(
      test.WriteStages("  - pid: {init: false, signals: all}\n  - mount: {root: root}\n"),
      {"/bin/true"});
  EXPECT_EQ(result.err,
            "runtime: " + test.Path("test.yaml") +
                ":3:33: pid: signals: cannot send signals to all processes without an init "
                "(take init: false away, or signals: all)\n");
  EXPECT_EQ(result.status, 125);
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

TEST(Pid, TellsWhatItWouldDo) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "PID 1, which runs the command; passes signals on to it\n"},
      {": {signals: all}", "PID 1, which runs the command; passes signals on to all processes\n"},
      {": {init: false}", "none: the command is PID 1\n"},
  };
  for (const auto& [options, init] : cases) {
    const auto plan = ContainerTest().Plan(std::string("  - pid") + options + "\n");
    EXPECT_NE(
        plan.out.find(std::string("  namespace  pid   a new one\n  process    init  ") + init),
        std::string::npos)
        << plan.out << plan.err;
  }
}

}  // namespace
