#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

namespace fs = std::filesystem;

std::string Stages(const std::string& mask) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - mask" + mask + "\n";
}

// Opens it for writing, and writes nothing.
constexpr char kOpensToWrite[] =
    "if (true >>$1) 2>/dev/null; then echo writable; else echo refused; fi";

RunResult Try(const std::string& stages, const std::string& path, const std::string& script) {
  return ContainerTest().RunScript(stages, "set -- " + path + "; " + script);
}

TEST(Mask, AFileOfProcReadsAsEmpty) {
  ASSERT_EQ(Try("  - pid\n  - mount: {root: root}\n  - proc\n", "/proc/interrupts",
                "test -n \"$(cat $1)\" && echo full")
                .out,
            "full\n")
      << "without the stage";
  const RunResult result =
      Try(Stages(""), "/proc/interrupts", "test -c $1 && echo null; cat $1 | wc -c");
  EXPECT_EQ(result.out, "null\n0\n") << result.err;
}

TEST(Mask, HidesWhatDockerHidesByDefault) {
  const RunResult result = ContainerTest().RunScript(
      Stages(""),
      "for path in kcore keys timer_list sched_debug; do test ! -e /proc/$path || "
      "test -c /proc/$path || echo $path; done; for path in acpi asound scsi; do "
      "test ! -e /proc/$path || test -z \"$(ls /proc/$path)\" || echo $path; done");
  EXPECT_EQ(result.out, "") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST(Mask, AFolderIsEmptyAndStaysSo) {
  ContainerTest test;
  fs::create_directories(test.MakeRoot() + "/etc/secret/below");
  const RunResult result = test.RunScript(
      Stages(": {masked: [/etc/secret]}"),
      "ls -A /etc/secret; touch /etc/secret/new 2>&1; grep ' /etc/secret ' /proc/mounts | "
      "cut -d' ' -f3,4 | cut -d, -f1-4");
  EXPECT_EQ(result.out,
            "touch: /etc/secret/new: Read-only file system\ntmpfs ro,nosuid,nodev,noexec\n")
      << result.err;
}

TEST(Mask, SysIsReadonlyByDefault) {
  constexpr char kPath[] = "/proc/sys/vm/drop_caches";  // opened, and not written
  ASSERT_EQ(Try("  - pid\n  - mount: {root: root}\n  - proc\n", kPath, kOpensToWrite).out,
            "writable\n")
      << "without the stage";
  const RunResult result = Try(Stages(""), kPath, kOpensToWrite);
  EXPECT_EQ(result.out, "refused\n") << result.err;
}

TEST(Mask, TheRestOfProcIsAsItWas) {
  const RunResult result = Try(Stages(""), "/proc/self/oom_score_adj", kOpensToWrite);
  EXPECT_EQ(result.out, "writable\n") << result.err;
}

TEST(Mask, HidesBelowWhatIsReadonly) {
  const RunResult result =
      ContainerTest().RunScript(Stages(": {masked: [/proc/sys/kernel]}"),
                                "ls -A /proc/sys/kernel; test -e /proc/sys/vm && echo vm");
  EXPECT_EQ(result.out, "vm\n") << result.err;
}

TEST(Mask, WhatIsNotThereIsPassedOver) {
  const RunResult result =
      ContainerTest().RunScript(Stages(": {masked: [/etc/none, /etc/passwd/x], readonly: [/none]}"),
                                "test ! -e /etc/none && echo absent");
  EXPECT_EQ(result.out, "absent\n") << result.err;
}

TEST(Mask, EmptyListsLeaveAllAsItIs) {
  const RunResult result =
      Try(Stages(": {masked: [], readonly: []}"), "/proc/sys/vm/drop_caches", kOpensToWrite);
  EXPECT_EQ(result.out, "writable\n") << result.err;
}

// Root with the rights of a file's owner must not reach the host's through it.
TEST(Mask, ACoverCannotBeChanged) {
  const RunResult result =
      ContainerTest().RunScript(Stages(""),
                                "chmod $(stat -c %a /proc/interrupts) /proc/interrupts 2>&1; echo "
                                "x >/proc/interrupts && echo written");
  EXPECT_EQ(result.out, "chmod: /proc/interrupts: Read-only file system\nwritten\n") << result.err;
}

// The null device of the image is whatever the image says.
TEST(Mask, TakesNothingOfTheImageForACover) {
  ContainerTest test;
  const std::string null = test.MakeRoot() + "/dev/null";
  fs::remove(null);
  test.Write("root/dev/null", "theirs\n");
  test.Write("root/etc/secret", "secret\n");
  const RunResult result =
      test.RunScript(Stages(": {masked: [/etc/secret]}"), "cat /etc/secret; cat /dev/null");
  EXPECT_EQ(result.out, "theirs\n") << result.err;
}

TEST(Mask, ASymlinkOfTheImageIsRefused) {
  ContainerTest test;
  const std::string root = test.MakeRoot();
  fs::create_directory_symlink("/etc", root + "/firmware");
  const RunResult result = test.RunScript(Stages(": {masked: [/none, /firmware]}"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("test.yaml:6:28: mask: masked[1]: cannot open the container's "
                      "\"/firmware\": Too many levels of symbolic links (a symbolic link is on "
                      "the way: name what it leads to)\n"),
      std::string::npos)
      << result.err;
}

TEST(Mask, OnePathInBothListsIsRefused) {
  const RunResult result = ContainerTest().RunScript(
      Stages(": {masked: [/etc/passwd, /proc/sys], readonly: [/proc/sys]}"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("test.yaml:6:34: mask: masked[1]: masked and read-only at once \"/proc/sys\" "
                      "(leave it out of one list)"),
      std::string::npos)
      << result.err;
}

TEST(Mask, ASlashBehindAFileIsNoWayOut) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/secret", "secret");
  const RunResult result =
      test.RunScript(Stages(": {masked: [/etc/secret/], readonly: []}"), "wc -c </etc/secret");
  EXPECT_EQ(result.out, "0\n") << result.err;
}

TEST(Mask, TheRootItselfIsRefused) {
  const RunResult result = ContainerTest().RunScript(Stages(": {readonly: [/]}"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("mask: readonly[0]: the container's root itself \"/\" (mount: "
                            "{readonly: true} makes it so)"),
            std::string::npos)
      << result.err;
}

TEST(Mask, ComesAfterProc) {
  const RunResult result =
      ContainerTest().RunScript("  - pid\n  - mount: {root: root}\n  - mask\n  - proc\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("mask"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("proc"), std::string::npos) << result.err;
}

TEST(Mask, WorksInAUserNamespace) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(Stages(""));
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words = test.Argv(
      config, {"/bin/sh", "-c",
               "cat /proc/interrupts | wc -c; grep -c ' /proc/sys proc ro,' /proc/mounts"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.out, "0\n1\n") << result.err;
}

TEST(Mask, SaysWhatItWouldDo) {
  ContainerTest test;
  const RunResult result = test.Plan(Stages(": {masked: [/proc/kcore], readonly: [/proc/sys]}"));
  EXPECT_NE(result.out.find("/proc/sys    read-only, if it is there\n"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("/proc/kcore  hidden, if it is there\n"), std::string::npos)
      << result.out;
}

}  // namespace
