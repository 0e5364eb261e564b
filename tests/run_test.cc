// The main job: a command in a container, as the users of a container runtime know it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

constexpr char kStages[] =
    "  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n"
    "  - first-of:\n      - cgroup-v2: {pids.max: 20}\n      - cgroup-v1: {pids.max: 20}\n";

TEST(Run, AllStagesTogetherMakeAContainer) {
  const RunResult result = ContainerTest().RunScript(
      kStages, "hostname; echo $$; echo /proc/[0-9]*; grep -c . /proc/mounts");
  EXPECT_EQ(result.out, "container\n2\n/proc/1 /proc/2\n2\n") << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
}

TEST(Run, ForkBombStopsAtTwentyTasks) {
  // Each sleep that can be started is one task; the shell and the init are two more.
  const RunResult result = ContainerTest().RunScript(
      kStages,
      "count=2\n"
      "while [ $count -lt 100 ] && sleep 1000 >/dev/null 2>&1 & [ $! != \"$last\" ]; do\n"
      "  last=$!; count=$((count + 1)); echo $count\n"
      "done");
  EXPECT_NE(result.out.find("20\n"), std::string::npos) << result.out << result.err;
  EXPECT_EQ(result.out.find("21\n"), std::string::npos) << result.out << result.err;
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
}

TEST(Run, StdinGoesInAndStdoutAndStderrComeOutApart) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  options.input = "typed\n";
  const RunResult result = test.RunContainer(test.WriteStages(kStages),
                                             {"/bin/sh", "-c", "cat; echo oops >&2"}, options);
  EXPECT_EQ(result.out, "typed\n");
  EXPECT_EQ(result.err, "oops\n");
}

TEST(Run, LargeOutputComesOutWhole) {
  const RunResult result =
      ContainerTest().RunScript(kStages, "dd if=/dev/zero bs=64k count=64 2>/dev/null");
  EXPECT_EQ(result.out.size(), 64u * 64 * 1024);
}

TEST(Run, ExitStatusIsTheCommands) {
  EXPECT_EQ(ContainerTest().RunScript(kStages, "exit 0").status, 0);
  EXPECT_EQ(ContainerTest().RunScript(kStages, "exit 7").status, 7);
  EXPECT_EQ(ContainerTest().RunScript(kStages, "exit 255").status, 255);
}

TEST(Run, DeathBySignalIs128PlusItsNumber) {
  EXPECT_EQ(ContainerTest().RunScript("  - mount: {root: root}\n", "kill -SEGV $$").status,
            128 + SIGSEGV);
}

TEST(Run, EnvironmentIsClean) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  options.environment = {{"SECRET", "x"}, {"TERM", "xterm"}};
  const RunResult result =
      test.RunContainer(test.WriteStages(kStages), {"/bin/busybox", "env"}, options);
  EXPECT_EQ(result.out,
            "HOME=/root\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
            "TERM=xterm\n");
}

TEST(Run, ProcessOfTheConfigHasArgsCwdAndEnv) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.Write(
      "test.yaml",
      "version: 1\nprocess:\n  args: [sh, -c, 'pwd; echo $GREETING $PATH']\n  cwd: /tmp\n"
      "  env: {GREETING: hello, PATH: /bin}\nstages:\n  - mount: {root: root}\n");
  EXPECT_EQ(test.RunContainer(config, {}).out, "/tmp\nhello /bin\n");
  // A command on the command line takes the place of args.
  EXPECT_EQ(test.RunContainer(config, {"pwd"}).out, "/tmp\n");
}

TEST(Run, SetOverridesTheConfig) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result =
      test.RunContainer(test.WriteStages(kStages), {"hostname"}, {},
                        {"--set", "uts.hostname=web", "--set", "cgroup.pids.max=5"});
  EXPECT_EQ(result.out, "web\n") << result.err;
}

TEST(Run, NoDescriptorAboveTwoLeaksIntoTheCommand) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  // Not close-on-exec: a careless caller leaks it into the host.
  options.inherited_fds = {open("/dev/null", O_RDONLY | O_CLOEXEC)};
  const RunResult result = test.RunContainer(test.WriteStages(kStages),
                                             {"/bin/sh", "-c", "echo /proc/self/fd/*"}, options);
  // The shell itself expands the pattern; it reads the folder through one descriptor more.
  EXPECT_EQ(result.out, "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
  close(options.inherited_fds[0]);
}

TEST(Run, ClosedStandardDescriptorsBecomeDevNull) {
  ContainerTest test;
  test.MakeRoot();
  std::string line = "exec";
  for (const std::string& word :
       test.Argv(test.WriteStages(kStages), {"/bin/sh", "-c", "readlink /proc/self/fd/0 >&2"})) {
    line += " '" + word + "'";
  }
  const RunResult result = RunProgram({"/bin/bash", "-c", line + " <&- >&-"});
  EXPECT_EQ(result.err, "/dev/null\n");
  test.ExpectNothingLeft();
}

TEST(Run, CommandIsLookedForInThePathOfTheContainer) {
  ContainerTest test;
  test.MakeRoot();
  EXPECT_EQ(test.RunContainer(test.WriteStages(kStages), {"echo", "found"}).out, "found\n");
}

TEST(Run, TheSecondContainerOfANameIsRefusedWhileTheFirstLives) {
  ContainerTest test;
  test.MakeRoot();
  const auto argv = test.Argv(test.WriteStages(kStages), {"/bin/sh", "-c", "echo up; read line"});
  int line[2];
  ASSERT_EQ(pipe2(line, O_CLOEXEC), 0);
  std::vector<std::string> first_argv = {"/bin/bash", "-c",
                                         "exec \"$0\" \"$@\" <&" + std::to_string(line[0])};
  first_argv.insert(first_argv.end(), argv.begin(), argv.end());
  Running first(first_argv, {.inherited_fds = {line[0]}});
  ASSERT_TRUE(first.AwaitOutput("up\n"));
  const RunResult second = RunProgram(argv);
  EXPECT_EQ(second.status, 125);
  EXPECT_NE(second.err.find("choose another --name"), std::string::npos) << second.err;
  close(line[0]);
  close(line[1]);
  EXPECT_EQ(first.Await().status, 1);
  test.ExpectNothingLeft();
}

class RunSignal : public ::testing::TestWithParam<int> {};

TEST_P(RunSignal, EndsACommandWithoutAHandler) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/ready", "ready\n");
  // tail has no handler from the first; a shell that goes on to exec would have had one.
  Running container(test.Argv(test.WriteStages(kStages), {"/bin/tail", "-f", "/etc/ready"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(GetParam());
  EXPECT_EQ(container.Await().status, 128 + GetParam());
  test.ExpectNothingLeft();
}

TEST_P(RunSignal, ReachesAHandler) {
  ContainerTest test;
  test.MakeRoot();
  Running container(test.Argv(test.WriteStages(kStages),
                              {"/bin/sh", "-c",
                               "trap 'echo got it; exit 9' " + std::to_string(GetParam()) +
                                   "; echo ready; while :; do sleep 0.05; done"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(GetParam());
  const RunResult result = container.Await();
  EXPECT_EQ(result.out, "ready\ngot it\n");
  EXPECT_EQ(result.status, 9);
  test.ExpectNothingLeft();
}

INSTANTIATE_TEST_SUITE_P(All, RunSignal,
                         ::testing::Values(SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1));

TEST(RunSignal, ThatTheCommandIgnoresIsIgnored) {
  ContainerTest test;
  test.MakeRoot();
  Running container(
      test.Argv(test.WriteStages(kStages),
                {"/bin/sh", "-c",
                 "trap '' TERM; trap 'exit 4' USR1; echo ready; while :; do sleep 0.05; done"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTERM);
  container.Signal(SIGUSR1);
  EXPECT_EQ(container.Await().status, 4);
  test.ExpectNothingLeft();
}

}  // namespace
}  // namespace slipway::testing
