// The terminal as a caller without one has it: by pipes. tests/console_test.cc is at a terminal.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::IsRoot;
using slipway::testing::RunOptions;
using slipway::testing::RunResult;

constexpr char kFirst[] = "  - pid\n  - mount: {root: root}\n  - proc\n  - dev\n";

std::string Stages(const std::string& console = "") {
  return kFirst + ("  - console" + console) + "\n";
}

RunResult InContainer(const std::string& script, const std::string& input = "",
                      const std::string& console = "") {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  options.input = input;
  return test.RunContainer(test.WriteStages(Stages(console)), {"/bin/sh", "-c", script}, options);
}

TEST(Console, IsTheCommandsStandardDescriptors) {
  const RunResult result = InContainer("tty; tty <&1; tty <&2; ls /dev/pts");
  EXPECT_EQ(result.out, "/dev/pts/0\r\n/dev/pts/0\r\n/dev/pts/0\r\n0     ptmx\r\n") << result.err;
}

TEST(Console, IsItsControllingOne) {
  EXPECT_EQ(InContainer("echo 'by dev tty' >/dev/tty").out, "by dev tty\r\n");
}

TEST(Console, IsTheConsole) {
  const RunResult result = InContainer(
      "echo by console >/dev/console; stat -c %t:%T /dev/console /dev/pts/0; "
      "grep -c ' /dev/console ' /proc/mounts");
  EXPECT_EQ(result.out, "by console\r\n88:0\r\n88:0\r\n1\r\n") << result.err;
}

TEST(Console, TheDeviceCanBeLeftOut) {
  const RunResult result =
      InContainer("tty; test -e /dev/console || echo none", "", ": {device: false}");
  EXPECT_EQ(result.out, "/dev/pts/0\r\nnone\r\n") << result.err;
}

TEST(Console, TheEndOfTheInputIsTyped) {
  const RunResult result = InContainer("stty -echo; echo ready; cat; echo end", "one\ntwo\n");
  EXPECT_TRUE(result.out.ends_with("one\r\ntwo\r\nend\r\n")) << result.out << result.err;
}

TEST(Console, AlsoBehindALineThatDoesNotEnd) {
  const RunResult result = InContainer("stty -echo; cat; echo -end", "one\ntwo");
  EXPECT_TRUE(result.out.ends_with("two-end\r\n")) << result.out << result.err;
}

TEST(Console, WhatTheCommandDoesNotReadYetWaits) {
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += "a line of some length\n";
  const RunResult result = InContainer("stty -echo; wc -l", lines);
  EXPECT_TRUE(result.out.ends_with("20000\r\n")) << result.out.size() << result.err;
}

TEST(Console, NothingIsLostAtTheEnd) {
  std::string all;
  for (int i = 1; i <= 50000; ++i) all += std::to_string(i) + "\r\n";
  EXPECT_EQ(InContainer("seq 50000").out, all);
}

TEST(Console, TheStatusIsTheCommands) {
  EXPECT_EQ(InContainer("exit 7").status, 7);
  EXPECT_EQ(InContainer("kill -9 $$").status, 128 + 9);
}

TEST(Console, OutputThatNobodyReadsHangsUp) {
  ContainerTest test;
  test.MakeRoot();
  std::string line;
  for (const std::string& word : test.Argv(test.WriteStages(Stages()), {"/bin/yes"})) {
    line += "'" + word + "' ";
  }
  const RunResult result =
      slipway::testing::RunProgram({"/bin/sh", "-c", line + "</dev/null | head -n 1"});
  EXPECT_EQ(result.out, "y\r\n") << result.err;
  test.ExpectNothingLeft();
}

// The kernel tells whoever waits at the other end of it then, again and again.
TEST(Console, AContainerThatClosesItsEndKeepsNobodyBusy) {
  const auto used = [] {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  };
  const double before = used();
  const RunResult result = InContainer(
      "(exec setsid sleep 3 </dev/null >/dev/null 2>&1) & wait; exec <&- >&- 2>&-; exec sleep 3");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_LT(used() - before, 1.5);
}

TEST(Console, AndCanOpenItAgain) {
  const RunResult result =
      InContainer("t=$(tty); exec <&- >&- 2>&-; exec <$t >$t 2>&1; echo again");
  EXPECT_EQ(result.out, "again\r\n") << result.err;
}

TEST(Console, WorksInAUserNamespace) {
  ContainerTest test;
  test.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const auto words = test.Argv(test.WriteStages(Stages()), {"/bin/sh", "-c", "tty; tty </dev/tty"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.out, "/dev/pts/0\r\n/dev/tty\r\n") << result.err;
}

TEST(Console, WithoutADevOfItsOwnIsRefused) {
  const RunResult result =
      ContainerTest().RunScript("  - pid\n  - mount: {root: root}\n  - console\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("dev"), std::string::npos) << result.err;
}

TEST(Console, WhereNobodyIsAtItIsRefused) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(Stages());
  const RunResult detached =
      test.RunContainer(config, {"/bin/true"}, {},
                        {"--root", test.Path("state"), "--detach", "--log", test.Path("log")});
  EXPECT_EQ(detached.status, 125);
  EXPECT_NE(detached.err.find("console: cannot give the command a terminal of its own: nobody "
                              "would be at it (leave --detach out, or the stage)"),
            std::string::npos)
      << detached.err;
}

TEST(Console, SaysWhatItWouldDo) {
  const RunResult result = ContainerTest().Plan(Stages());
  EXPECT_NE(result.out.find("one of the container's own, passed on to the caller's\n"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("/dev/console"), std::string::npos) << result.out;
}

}  // namespace
