// What other processes do with a running container: look at it, pause it, change it, end it.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

constexpr char kPlain[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kLimited[] =
    "  - pid\n  - mount: {root: root}\n  - proc\n"
    "  - first-of:\n      - cgroup-v2: {pids.max: 9}\n      - cgroup-v1: {pids.max: 9}\n";

// Has the process a pidfd by now?
bool HasPidfd(pid_t pid) {
  std::error_code ignored;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (target.find("pidfd") != std::string::npos) return true;
  }
  return false;
}

class Life : public RunningContainer {};

TEST_F(Life, PsTellsOfEachProcess) {
  Start(kLimited);
  const RunResult result = Later({"ps", id()});
  EXPECT_EQ(result.out.rfind("PID", 0), 0U) << result.out << result.err;
  EXPECT_NE(result.out.find("tail -f /etc/ready\n"), std::string::npos) << result.out;
}

TEST_F(Life, PsLetsNoCommandDrawOnTheTerminal) {
  Start(kPlain, {},
        {"/bin/sh", "-c", "cat /etc/ready; tail -f /dev/null; :", "\x1b[31m\xff\xe2\x80\xaetxt"});
  const RunResult result = Later({"ps", id()});
  EXPECT_NE(result.out.find(" ?[31m??txt\n"), std::string::npos) << result.out;
}

TEST_F(Life, PsKnowsThoseOfThePidNamespaceToo) {
  Start(kPlain);
  EXPECT_NE(Later({"ps", id()}).out.find("tail -f /etc/ready\n"), std::string::npos);
}

TEST_F(Life, WithoutACgroupAndAPidNamespaceNobodyKnows) {
  Start("  - mount: {root: root}\n");
  ExpectRefusal(Later({"ps", id()}),
                "nobody knows which processes are the container's (it has neither a PID namespace "
                "(the stage pid) nor a cgroup of its own)");
}

TEST_F(Life, APausedContainerStandsStillAndRefusesExec) {
  Start(kLimited);
  ASSERT_EQ(Later({"pause", id()}).status, 0);
  EXPECT_NE(Later({"list"}).out.find("paused"), std::string::npos);
  EXPECT_EQ(Later({"pause", id()}).status, 0) << "a second time";
  ExpectRefusal(Later({"exec", id(), "/bin/true"}),
                "the container is paused, and nothing can join it: \"" + id() +
                    "\" (runtime resume " + id() +
                    " lets it go on; runtime exec --wait waits for that)");
  ASSERT_EQ(Later({"resume", id()}).status, 0);
  EXPECT_EQ(Later({"resume", id()}).status, 0) << "a second time";
  EXPECT_EQ(Later({"exec", id(), "/bin/true"}).status, 0);
  EXPECT_NE(Later({"list"}).out.find("running"), std::string::npos);
}

TEST_F(Life, ExecWaitsForAPausedContainerIfItIsTold) {
  Start(kLimited);
  ASSERT_EQ(Later({"pause", id()}).status, 0);
  Running waiting(Argv({"exec", "--wait", id(), "/bin/echo", "joined"}));
  while (!HasPidfd(waiting.pid())) sched_yield();
  // It holds nothing up.
  EXPECT_EQ(Later({"update", "--set", "cgroup.pids.max=30", id()}).status, 0);
  EXPECT_NE(Later({"list"}).out.find("paused"), std::string::npos);
  ASSERT_EQ(Later({"resume", id()}).status, 0);
  const RunResult result = waiting.Await();
  EXPECT_EQ(result.out, "joined\n") << result.err;
}

TEST_F(Life, WhatWaitsForAPausedContainerIsToldOfItsEnd) {
  Start(kLimited);
  ASSERT_EQ(Later({"pause", id()}).status, 0);
  Running waiting(Argv({"exec", "--wait", id(), "/bin/true"}));
  while (!HasPidfd(waiting.pid())) sched_yield();
  ASSERT_EQ(Later({"kill", id(), "KILL"}).status, 0);
  const RunResult result = waiting.Await();
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err.find("runtime: "), 0U) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

TEST_F(Life, APausedContainerIsKilled) {
  Start(kLimited);
  ASSERT_EQ(Later({"pause", id()}).status, 0);
  EXPECT_EQ(Later({"kill", id(), "KILL"}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 128 + SIGKILL);
}

TEST_F(Life, WithoutAStageThatCanNothingIsPaused) {
  Start(kPlain);
  ExpectRefusal(
      Later({"pause", id()}),
      "no stage of this container can pause it (a stage such as cgroup-v2 or cgroup-v1 in "
      "its config could)");
  EXPECT_NE(Later({"list"}).out.find("running"), std::string::npos);
}

TEST_F(Life, UpdateChangesALimitForGood) {
  Start(kLimited);
  // As many as there may be, and one more.
  const RunResult before =
      Later({"exec", id(), "/bin/sh", "-c",
             "for i in 1 2 3 4 5 6 7 8; do sleep 9 >&- 2>&- & done; echo all"});
  EXPECT_EQ(before.out.find("all"), std::string::npos) << before.out;
  ASSERT_EQ(Later({"update", "--set", "cgroup.pids.max=40", id()}).status, 0);
  const RunResult after = Later({"exec", id(), "/bin/sh", "-c",
                                 "for i in 1 2 3 4 5 6 7 8; do sleep 9 >&- 2>&- & done; echo all"});
  EXPECT_EQ(after.out, "all\n") << after.err;
}

TEST_F(Life, UpdateRefusesWhatCannotChange) {
  Start(kPlain);
  ExpectRefusal(Later({"update", "--set", "mount.root=/x", id()}),
                "--set mount.root: mount: cannot change while the container runs: \"root\" (it has "
                "no option that can)");
  ExpectRefusal(Later({"update", id()}),
                "nothing to change (write --set STAGE.OPTION=VALUE, once or more)");
}

TEST_F(Life, StatsTellsWhatWasUsedSoFar) {
  Start(kLimited);
  const RunResult result = Later({"stats", "--format", "json", id()});
  EXPECT_NE(result.out.find("\"pids.max_reached\":0"), std::string::npos) << result.out;
}

TEST_F(Life, KillSendsASignalToTheCommand) {
  Start(kPlain, {}, {"/bin/sh", "-c", "trap 'exit 4' USR1; cat /etc/ready; while :; do :; done"});
  EXPECT_EQ(Later({"kill", id(), "USR1"}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 4);
}

TEST_F(Life, KillAllReachesEachProcess) {
  Start(kPlain, {},
        {"/bin/sh", "-c", "tail -f /etc/ready & trap '' TERM; cat /etc/ready; wait; exit 6"});
  EXPECT_EQ(Later({"kill", "--all", id(), "TERM"}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 6);
}

TEST_F(Life, KillRefusesWhatIsNoSignal) {
  Start(kPlain);
  ExpectRefusal(Later({"kill", id(), "NOSUCH"}),
                "no such signal \"NOSUCH\" (write a name such as TERM or RTMIN+3, or a number)");
}

TEST_F(Life, StopAsksFirst) {
  Start(kPlain, {}, {"/bin/sh", "-c", "trap 'exit 3' TERM; cat /etc/ready; while :; do :; done"});
  EXPECT_EQ(Later({"stop", id()}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 3);
}

TEST_F(Life, StopKillsWhatDoesNotEnd) {
  Start(kPlain, {}, {"/bin/sh", "-c", "trap '' TERM; cat /etc/ready; while :; do :; done"});
  EXPECT_EQ(Later({"stop", "--time", "0", id()}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 128 + SIGKILL);
}

TEST_F(Life, WaitEndsWithTheContainer) {
  Start(kPlain, {}, {"/bin/sh", "-c", "trap 'exit 9' TERM; cat /etc/ready; while :; do :; done"});
  Running waits(Argv({"wait", id()}));
  while (!HasPidfd(waits.pid())) sched_yield();
  EXPECT_EQ(Later({"kill", id()}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 9);
  const RunResult result = waits.Await();
  // Which it is, is the kernel's to say.
  if (result.status == 125) {
    EXPECT_NE(result.err.find("nobody saw how"), std::string::npos) << result.err;
  } else {
    EXPECT_EQ(result.status, 9) << result.err;
  }
}

TEST_F(Life, ALimitCanBeLifted) {
  Start(kLimited);
  ASSERT_EQ(Later({"update", "--set", "cgroup.pids.max=max", id()}).status, 0);
  EXPECT_NE(Later({"stats", "--format", "json", id()}).out.find("pids"), std::string::npos);
  const RunResult many = Later({"exec", id(), "/bin/sh", "-c",
                                "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 "
                                "18 19 20 21 22; do sleep 0.2 & done; wait; echo all"});
  EXPECT_EQ(many.out, "all\n") << many.err;
}

TEST_F(Life, GoesOnWithoutTheRuntimeThatStartedIt) {
  Start(kLimited, {"--outlive-runtime"});
  KillRuntime();
  EXPECT_NE(Later({"ps", id()}).out.find("tail"), std::string::npos);
  EXPECT_EQ(Later({"pause", id()}).status, 0);
  EXPECT_EQ(Later({"resume", id()}).status, 0);
  EXPECT_EQ(Later({"update", "--set", "cgroup.pids.max=12", id()}).status, 0);
  EXPECT_EQ(Later({"gc"}).out, "nothing to clean up\n");
  EXPECT_EQ(Later({"kill", id(), "KILL"}).status, 0);
}

}  // namespace
}  // namespace slipway::testing
