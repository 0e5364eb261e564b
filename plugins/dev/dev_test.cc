#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunOptions;
using slipway::testing::RunResult;

namespace fs = std::filesystem;

std::string Stages(const std::string& dev) {
  return "  - pid\n  - mount: {root: root}\n  - proc\n  - dev" + dev + "\n";
}

RunResult InContainer(const std::string& dev, const std::string& script) {
  return ContainerTest().RunScript(Stages(dev), script);
}

void ExpectRefused(const std::string& dev, const std::string& line) {
  const RunResult result = InContainer(dev, "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
}

// The words in a container of a user namespace in which this user is root.
RunResult InUserNamespace(ContainerTest& test, const std::string& dev, const std::string& script) {
  test.MakeRoot();
  const std::string config = test.WriteStages(Stages(dev));
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words = test.Argv(config, {"/bin/sh", "-c", script});
  argv.insert(argv.end(), words.begin(), words.end());
  return slipway::testing::RunProgram(argv);
}

constexpr char kList[] = "ls -A /dev | tr '\\n' ' '";
constexpr char kNames[] =
    "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ";

TEST(Dev, HasTheHarmlessDevicesAndNothingOfTheImage) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/dev/theirs", "x");
  const RunResult result = test.RunScript(Stages(""), kList);
  EXPECT_EQ(result.out, kNames) << result.err;
}

TEST(Dev, TheDevicesWork) {
  const RunResult result = InContainer(
      "",
      "echo x >/dev/null; head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c; "
      "head -c 1 /dev/random | wc -c; (echo x >/dev/full) 2>/dev/null || echo full; "
      "stat -c '%A %t:%T' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty");
  EXPECT_EQ(result.out,
            "3\n3\n1\nfull\ncrw-rw-rw- 1:3\ncrw-rw-rw- 1:5\ncrw-rw-rw- 1:7\ncrw-rw-rw- 1:8\n"
            "crw-rw-rw- 1:9\ncrw-rw-rw- 5:0\n")
      << result.err;
}

TEST(Dev, PermissionsAreNotTheCallersUmask) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions careful;
  careful.prepare = [] { umask(0777); };
  const RunResult result = test.RunContainer(
      test.WriteStages(Stages(": {devices: [/dev/null:/dev/a/b]}")),
      {"/bin/stat", "-c", "%a", "/dev", "/dev/null", "/dev/a", "/dev/a/b", "/dev/shm"}, careful);
  EXPECT_EQ(result.out, "755\n666\n755\n666\n1777\n") << result.err;
}

TEST(Dev, LinksLeadToTheCommandsOwnDescriptors) {
  const RunResult result =
      InContainer("", "echo out >/dev/stdout; echo err >/dev/stderr; ls /dev/fd/0");
  EXPECT_EQ(result.out, "out\n/dev/fd/0\n") << result.err;
  EXPECT_EQ(result.err, "err\n");
}

TEST(Dev, TerminalsAreItsOwn) {
  const RunResult result =
      InContainer("",
                  "ls /dev/pts; (exec 3<>/dev/ptmx; ls /dev/pts); grep ' /dev/pts ' /proc/mounts | "
                  "cut -d' ' -f3,4");
  EXPECT_EQ(result.out,
            "ptmx\n0\nptmx\ndevpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666,max=256\n")
      << result.err;
}

TEST(Dev, SizesHold) {
  const RunResult result = InContainer(
      ": {size: 8KiB, shm_size: 1MiB}",
      "head -c 9000 /dev/zero >/dev/file 2>/dev/null; stat -c %s /dev/file; head -c 2000000 "
      "/dev/zero >/dev/shm/file 2>/dev/null; stat -c %s /dev/shm/file");
  EXPECT_EQ(result.out, "8192\n1048576\n") << result.err;
}

TEST(Dev, MessageQueuesCanBeLeftOut) {
  EXPECT_EQ(InContainer("", "grep -c ' /dev/mqueue mqueue ' /proc/mounts").out, "1\n");
  EXPECT_EQ(InContainer(": {mqueue: false}", "ls /dev/mqueue 2>&1").out,
            "ls: /dev/mqueue: No such file or directory\n");
}

TEST(Dev, FurtherDevicesComeFromTheHost) {
  const RunResult result = InContainer(
      ": {devices: [{source: /dev/full, target: /dev/net/full}, \"/dev/zero:/dev/nothing\"]}",
      "stat -c '%n %t:%T' /dev/net/full /dev/nothing; head -c 2 /dev/nothing | wc -c");
  EXPECT_EQ(result.out, "/dev/net/full 1:7\n/dev/nothing 1:5\n2\n") << result.err;
}

TEST(Dev, BindsThemInAUserNamespace) {
  ContainerTest test;
  const RunResult result = InUserNamespace(
      test, ": {devices: [\"/dev/zero:/dev/a/nothing\"]}",
      "ls -A /dev | tr '\\n' ' '; head -c 2 /dev/zero | wc -c; head -c 2 /dev/a/nothing | wc -c; "
      "grep ' /dev/pts ' /proc/mounts | cut -d' ' -f4");
  EXPECT_EQ(result.out,
            "a fd full null ptmx pts random shm stderr stdin stdout tty urandom zero 2\n2\n"
            "rw,nosuid,noexec,relatime,mode=600,ptmxmode=666,max=256\n")
      << result.err;
}

// ids: of the container, from 0 on.
RunResult WithUsers(int ids, const std::string& more, const std::string& script) {
  ContainerTest test;
  test.MakeRoot();
  const std::string map = "[\"0:0:" + std::to_string(ids) + "\"]";
  const std::string stages = "  - user: {uids: " + map + ", gids: " + map + "}\n" + more;
  return test.RunContainer(test.WriteStages(stages + Stages("")), {"/bin/sh", "-c", script}, {},
                           {"-v"});
}

constexpr char kTerminals[] = "grep ' /dev/pts ' /proc/mounts | cut -d' ' -f4";

TEST(Dev, SaysThatTerminalsAreTheirOwnersAloneWithoutTheirGroup) {
  const RunResult result = WithUsers(1, "", kTerminals);
  EXPECT_EQ(result.out, "rw,nosuid,noexec,relatime,mode=600,ptmxmode=666,max=256\n") << result.err;
  EXPECT_NE(
      result.err.find("dev: terminals are their owner's alone: the user namespace has no group "
                      "5 (tty)\n"),
      std::string::npos)
      << result.err;
}

TEST(Dev, TerminalsAreOfTheirGroupInAUserNamespaceThatHasIt) {
  const RunResult result = WithUsers(6, "", kTerminals);
  EXPECT_EQ(result.out, "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666,max=256\n")
      << result.err;
  EXPECT_EQ(result.err.find("terminals"), std::string::npos) << result.err;
}

TEST(Dev, SaysThatQueuesTakeAnIpcNamespaceInAUserNamespace) {
  constexpr char kQueues[] = "grep -c ' /dev/mqueue mqueue ' /proc/mounts";
  const RunResult without = WithUsers(6, "", kQueues);
  EXPECT_EQ(without.out, "0\n");
  EXPECT_NE(
      without.err.find("dev: leaves out /dev/mqueue: in a user namespace the kernel mounts it "
                       "only with an IPC namespace of its own\n"),
      std::string::npos)
      << without.err;
  const RunResult with = WithUsers(6, "  - ipc\n", kQueues);
  EXPECT_EQ(with.out, "1\n") << with.err;
  EXPECT_EQ(with.err.find("mqueue"), std::string::npos) << with.err;
}

TEST(Dev, WhatIsBoundCannotBeChanged) {
  ContainerTest test;
  const RunResult result =
      InUserNamespace(test, "", "chmod 666 /dev/null 2>&1; echo x >/dev/null && echo written");
  EXPECT_EQ(result.out, "chmod: /dev/null: Read-only file system\nwritten\n") << result.err;
}

TEST(Dev, WhatIsNoDeviceIsRefused) {
  ExpectRefused(
      ": {devices: [\"/etc/passwd:/dev/passwd\"]}",
      "dev: devices[0]: not a device \"/etc/passwd\" (only device files can be given on)");
  ExpectRefused(": {devices: [/dev/null-and-void]}",
                "dev: devices[0]: cannot look at the device \"/dev/null-and-void\": No such file");
}

TEST(Dev, APlaceElsewhereOrTakenIsRefused) {
  ExpectRefused(": {devices: [\"/dev/zero:/tmp/zero\"]}",
                "dev: devices[0]: not below /dev \"/tmp/zero\" (say its place in the container as "
                "target)");
  for (const char* path : {"/dev/../etc/zero", "/dev//zero", "/dev/./zero", "/dev/a/"}) {
    ExpectRefused(std::string(": {devices: [\"/dev/zero:") + path + "\"]}",
                  "dev: devices[0]: not below /dev");
  }
  ExpectRefused(": {devices: [/dev/zero]}",
                "dev: devices[0]: taken \"/dev/zero\" (/dev/zero is there already)");
  ExpectRefused(": {devices: [\"/dev/zero:/dev/shm/zero\"]}",
                "dev: devices[0]: taken \"/dev/shm/zero\" (/dev/shm is there already)");
  ExpectRefused(": {devices: [\"/dev/zero:/dev/a\", \"/dev/zero:/dev/a/b\"]}",
                "dev: devices[1]: taken \"/dev/a/b\" (/dev/a is there already)");
}

TEST(Dev, AnImageThatLinksItElsewhereIsRefused) {
  ContainerTest test;
  const std::string dev = test.MakeRoot() + "/dev";
  fs::remove_all(dev);
  fs::create_directory_symlink("/etc", dev);
  const RunResult result = test.RunScript(Stages(""), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("dev: cannot open the container's \"/dev\": Too many levels of "
                            "symbolic links"),
            std::string::npos)
      << result.err;
}

TEST(Dev, SaysWhatItWouldDo) {
  const RunResult result =
      ContainerTest().Plan(Stages(": {devices: [\"/dev/zero:/dev/net/zero\"]}"));
  EXPECT_NE(result.out.find("an empty folder (tmpfs) with null, zero, full, random, urandom, tty, "
                            "net/zero\n"),
            std::string::npos)
      << result.out;
}

}  // namespace
