// The stage in containers. What this kernel's Landlock does not know is left out of most cases, so
// that they run on all that have one.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "plugins/landlock/ruleset.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"

namespace {

using slipway::landlock::Abi;
using slipway::sys::Fd;
using slipway::testing::ContainerTest;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

constexpr int kAbiOfTruncate = 3;
constexpr int kAbiOfTcp = 4;
constexpr int kAbiOfIoctl = 5;
constexpr int kAbiOfScope = 6;
constexpr int kAllOfAbi = 6;

class Landlock : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
    if (Abi() < 1) GTEST_SKIP() << "this kernel has no Landlock";
    test_.MakeRoot();
    test_.Write("root/etc/one", "one\n");
    test_.Write("root/etc/two", "two\n");
    test_.Write("root/etc/deep/three", "three\n");
  }

  static std::string Stages(const std::string& options, const std::string& before = "") {
    return before + "  - pid\n  - mount: {root: root}\n  - proc\n  - landlock: {" + options + "}\n";
  }

  // With the best effort, below an init.
  RunResult Run(const std::string& options, const std::string& script,
                const std::string& before = "") {
    return test_.RunScript(Stages("best_effort: true, " + options, before), script);
  }

  // The machine's own files, for programs of its own.
  RunResult RunOnMachine(const std::string& options, const std::vector<std::string>& command) {
    return test_.RunContainer(
        test_.WriteStages("  - landlock: {best_effort: true, " + options + "}\n"), command);
  }

  std::string Refused(const std::string& options) {
    const RunResult result = test_.RunScript(Stages(options), "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.out, "");
    return result.err;
  }

  void ExpectMistake(const std::string& options, const std::string& column,
                     const std::string& line) {
    EXPECT_EQ(Refused(options), "runtime: " + test_.Path("test.yaml") + ":6:" + column +
                                    ": landlock: " + line + "\n");
  }

  ContainerTest test_;
};

constexpr char kReadEtc[] = "execute: [/bin], read: [/etc]";

TEST_F(Landlock, OnlyWhatIsNamedCanBeRead) {
  const RunResult result =
      Run(kReadEtc, "cat /etc/one /etc/deep/three; ls /etc; ls /root || echo no");
  EXPECT_EQ(result.out, "one\nthree\ndeep\none\ntwo\nno\n") << result.err;
  EXPECT_EQ(result.err, "ls: can't open '/root': Permission denied\n");
}

TEST_F(Landlock, OnlyWhatIsNamedCanBeExecuted) {
  const RunResult result =
      Run("execute: [/bin], devices: [/dev], write: [/tmp]",
          "cp /bin/busybox /tmp/echo; /tmp/echo hello 2>/dev/null; /bin/echo $?");
  EXPECT_EQ(result.out, "126\n") << result.err;
}

TEST_F(Landlock, ACommandThatIsNotNamedIsNotRun) {
  const RunResult result = test_.RunContainer(
      test_.WriteStages(Stages("best_effort: true, execute: [/etc]")), {"/bin/true"});
  EXPECT_EQ(result.status, 126);
  EXPECT_NE(result.err.find("\"/bin/true\": Permission denied"), std::string::npos) << result.err;
}

TEST_F(Landlock, WhatMayBeReadCannotBeChanged) {
  const RunResult result =
      Run("execute: [/bin], read: [/], devices: [/dev]",
          "for c in 'touch /etc/new' 'rm /etc/one' 'mkdir /etc/sub' 'ln -s a /etc/link' "
          "'rmdir /tmp' 'mkfifo /etc/fifo' 'mv /etc/one /etc/four' 'ln /etc/one /etc/five' "
          "'mknod /etc/null c 1 3' 'cp /etc/one /etc/two'; do "
          "$c 2>/dev/null && echo $c; done; echo tried > /dev/null; cat /etc/one /etc/two");
  EXPECT_EQ(result.out, "one\ntwo\n") << result.err;
}

TEST_F(Landlock, WhatIsNamedCanBeWritten) {
  const RunResult result =
      Run("execute: [/bin], write: [/tmp]",
          "mkdir /tmp/a /tmp/b && echo text > /tmp/a/f && ln -s f /tmp/a/l && mkfifo /tmp/a/p && "
          "mv /tmp/a/f /tmp/b/g && : > /tmp/b/g && rm /tmp/b/g /tmp/a/l /tmp/a/p && "
          "rmdir /tmp/a /tmp/b && ls -A /tmp && echo empty");
  EXPECT_EQ(result.out, "empty\n") << result.err;
}

TEST_F(Landlock, WhatMayBeWrittenHasNoNewDevices) {
  const RunResult result = Run("execute: [/bin], write: [/tmp]", "mknod /tmp/null c 1 3");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "mknod: /tmp/null: Permission denied\n");
}

TEST_F(Landlock, ARuleGivesTheseRightsAlone) {
  const std::string rules =
      "execute: [/bin], rules: [{path: /etc, rights: [read_file]}, {path: /tmp, rights: "
      "[write_file, make_reg]}]";
  const RunResult result =
      Run(rules, "cat /etc/one; ls /etc; echo text > /tmp/f && cat /tmp/f; rm /tmp/f");
  EXPECT_EQ(result.out, "one\n");
  EXPECT_EQ(result.err,
            "ls: can't open '/etc': Permission denied\n"
            "cat: can't open '/tmp/f': Permission denied\n"
            "rm: can't remove '/tmp/f': Permission denied\n");
}

TEST_F(Landlock, AFileIsNamedAlone) {
  const RunResult result = Run("execute: [/bin], read: [/etc/one]", "cat /etc/one /etc/two");
  EXPECT_EQ(result.out, "one\n");
  EXPECT_EQ(result.err, "cat: can't open '/etc/two': Permission denied\n");
}

TEST_F(Landlock, RightsThatStayUnrestrictedAreHadEverywhere) {
  const RunResult result =
      Run("execute: [/bin], unrestricted: [read_file]", "cat /etc/one; ls /etc; touch /etc/new");
  EXPECT_EQ(result.out, "one\n");
  EXPECT_EQ(result.err,
            "ls: can't open '/etc': Permission denied\n"
            "touch: /etc/new: Permission denied\n");
}

TEST_F(Landlock, AFileIsCutShortOnlyWhereItMayBeWritten) {
  if (Abi() < kAbiOfTruncate) GTEST_SKIP() << "Landlock of this kernel does not restrict it";
  const RunResult result =
      Run("execute: [/bin], rules: [{path: /etc, rights: [read_file, write_file]}]",
          "truncate -s 1 /etc/one; cat /etc/one");
  EXPECT_EQ(result.out, "one\n");
  EXPECT_NE(result.err.find("Permission denied"), std::string::npos) << result.err;
}

TEST_F(Landlock, DevicesCanBeWrittenAndNotMade) {
  const RunResult result = Run("execute: [/bin], devices: [/dev]",
                               "echo lost > /dev/null && echo written; touch /dev/new");
  EXPECT_EQ(result.out, "written\n");
  EXPECT_EQ(result.err, "touch: /dev/new: Permission denied\n");
}

// FIONREAD and its like are always allowed; TIOCGWINSZ of stty is not.
TEST_F(Landlock, DevicesAreControlledOnlyWhereThatIsAllowed) {
  if (Abi() < kAbiOfIoctl) GTEST_SKIP() << "Landlock of this kernel does not restrict it";
  const std::string script = "stty -F /dev/null size 2>&1";
  EXPECT_NE(Run("execute: [/bin], write: [/dev]", script).out.find("Permission denied"),
            std::string::npos);
  EXPECT_EQ(Run("execute: [/bin], devices: [/dev]", script).out.find("Permission denied"),
            std::string::npos);
}

TEST_F(Landlock, HoldsForRootsMountsToo) {
  const RunResult result =
      Run("execute: [/bin], write: [/]", "mount -t tmpfs none /tmp || umount /proc");
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("Operation not permitted"), std::string::npos) << result.err;
}

TEST_F(Landlock, HoldsBelowAnInitAndWithout) {
  for (const char* pid : {"pid", "pid: {init: false}"}) {
    const RunResult result = test_.RunScript(
        "  - " + std::string(pid) +
            "\n  - mount: {root: root}\n  - landlock: {best_effort: true, execute: [/bin]}\n",
        "cat /etc/one");
    EXPECT_EQ(result.err, "cat: can't open '/etc/one': Permission denied\n") << pid;
  }
}

// The sysctl is that of a pid namespace of this case's own.
TEST_F(Landlock, WhereNoMemoryFileIsExecutedThereIsNoInit) {
  if (access("/proc/sys/vm/memfd_noexec", F_OK) != 0) GTEST_SKIP() << "this kernel executes each";
  const auto run = [this](const std::string& pid) {
    std::vector<std::string> argv = {"/usr/bin/unshare",
                                     "--pid",
                                     "--fork",
                                     "--mount-proc",
                                     "/bin/sh",
                                     "-c",
                                     "echo 2 > /proc/sys/vm/memfd_noexec && exec \"$@\"",
                                     "sh"};
    const std::string config = test_.WriteStages(
        "  - " + pid +
        "\n  - mount: {root: root}\n  - landlock: {best_effort: true, execute: [/bin]}\n");
    for (const std::string& word : test_.Argv(config, {"/bin/echo", "runs"})) argv.push_back(word);
    RunResult result = RunProgram(argv);
    test_.ExpectNothingLeft();
    return result;
  };
  EXPECT_EQ(run("pid").err,
            "runtime: cannot start the container's init: Permission denied (a stage's restriction "
            "may forbid its file, where the sysctl vm.memfd_noexec is 2)\n");
  EXPECT_EQ(run("pid: {init: false}").out, "runs\n");
}

TEST_F(Landlock, ALinkOfTheImageLeadsNowhereElse) {
  ASSERT_EQ(symlink("../../../../../etc/one", test_.Path("root/tmp/link").c_str()), 0);
  const RunResult result = Run("execute: [/bin], read: [/tmp/link]", "cat /etc/one /etc/two");
  EXPECT_EQ(result.out, "one\n") << result.err;
}

TEST_F(Landlock, APathThatIsNotThereIsAMistake) {
  ExpectMistake("best_effort: true, execute: [/bin], read: [/etc, /none]", "65",
                "read[1].path: cannot open the container's \"/none\": No such file or directory "
                "(with \"optional: true\" a path that is not there is passed over)");
}

TEST_F(Landlock, APathThatIsOptionalIsPassedOver) {
  const RunResult result =
      Run("execute: [/bin, /lib64:optional], read: [{path: /none, optional: true}, /etc/one/x:"
          "optional], rules: [{path: /nor, rights: [read_file], optional: true}]",
          "echo runs");
  EXPECT_EQ(result.out, "runs\n") << result.err;
}

// Nothing of the machine's network is touched: it has its own.
TEST_F(Landlock, OnlyThesePortsCanBeListenedAt) {
  if (Abi() < kAbiOfTcp) GTEST_SKIP() << "Landlock of this kernel does not restrict ports";
  const RunResult result =
      Run("tcp_bind: [5000]",
          "nc -l -p 5001; nc -l -p 5000 -e /bin/cat & for try in $(seq 1000); do "
          "answer=$(echo question | nc -w 5 127.0.0.1 5000 2>/dev/null); "
          "test -z \"$answer\" || break; done; echo $answer",
          "  - network\n");
  EXPECT_EQ(result.out, "question\n");
  EXPECT_NE(result.err.find("nc: bind: Permission denied"), std::string::npos) << result.err;
}

TEST_F(Landlock, OnlyThesePortsCanBeConnectedTo) {
  if (Abi() < kAbiOfTcp) GTEST_SKIP() << "Landlock of this kernel does not restrict ports";
  const RunResult result =
      Run("tcp_connect: [5000]",
          "nc -w 5 127.0.0.1 5000 </dev/null 2>&1; nc -w 5 127.0.0.1 5001 </dev/null 2>&1",
          "  - network\n");
  EXPECT_EQ(result.out,
            "nc: can't connect to remote host (127.0.0.1): Connection refused\n"
            "nc: can't connect to remote host (127.0.0.1): Permission denied\n");
}

TEST_F(Landlock, ProcessesOutsideGetNoSignals) {
  if (Abi() < kAbiOfScope) GTEST_SKIP() << "Landlock of this kernel does not restrict them";
  const std::vector<std::string> command = {
      "/bin/sh", "-c", "kill -0 $$ && echo own; kill -0 " + std::to_string(getpid())};
  const RunResult result = RunOnMachine("scope: [signals]", command);
  EXPECT_EQ(result.out, "own\n");
  EXPECT_NE(result.err.find("Operation not permitted"), std::string::npos) << result.err;
  EXPECT_EQ(RunOnMachine("scope: [abstract_unix_sockets]", command).status, 0);
}

TEST_F(Landlock, AbstractSocketsOutsideAreOutOfReach) {
  if (Abi() < kAbiOfScope) GTEST_SKIP() << "Landlock of this kernel does not restrict them";
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "slipway-landlock-" + std::to_string(getpid());
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())),
            0);
  ASSERT_EQ(listen(socket.get(), 4), 0);
  const std::vector<std::string> command = {
      "/usr/bin/perl", "-MSocket", "-e",
      "socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un(\"\\0" + name +
          "\")) and print 'reached' or print \"$!\""};
  EXPECT_EQ(RunOnMachine("scope: [abstract_unix_sockets]", command).out, "Operation not permitted");
  EXPECT_EQ(RunOnMachine("scope: [signals]", command).out, "reached");
}

TEST_F(Landlock, WhatThisKernelDoesNotKnowIsRefused) {
  if (Abi() >= kAllOfAbi) GTEST_SKIP() << "it knows all";
  const std::string err = Refused("execute: [/bin], scope: [signals]");
  EXPECT_NE(err.find("landlock: Landlock of this kernel, ABI " + std::to_string(Abi()) +
                     ", does not restrict \""),
            std::string::npos)
      << err;
  EXPECT_NE(err.find("abstract unix sockets and signals\" (take Linux 6.12 or later, or leave it "
                     "unrestricted by best_effort: true)"),
            std::string::npos)
      << err;
}

TEST_F(Landlock, WithTheBestEffortItSaysWhatThisKernelDoesNotKnow) {
  if (Abi() >= kAllOfAbi) GTEST_SKIP() << "it knows all";
  const std::string config =
      test_.WriteStages(Stages("best_effort: true, execute: [/bin], scope: [signals]"));
  const std::string line = "does not restrict: ";
  const RunResult check =
      RunProgram({slipway::testing::Runfile("runtime/runtime"), "check", "--probe", config});
  EXPECT_NE(check.err.find(line), std::string::npos) << check.out << check.err;
  const RunResult quiet = test_.RunContainer(config, {"/bin/true"});
  EXPECT_EQ(quiet.err, "");
  const RunResult loud =
      test_.RunContainer(config, {"/bin/true"}, {}, {"-v", "--stats", test_.Path("stats")});
  EXPECT_NE(loud.err.find(line), std::string::npos) << loud.err;
  const std::string stats = slipway::testing::ReadText(test_.Path("stats"));
  EXPECT_NE(stats.find("\"abi\""), std::string::npos) << stats;
}

TEST_F(Landlock, SaysWhichAbiItGot) {
  const RunResult result = test_.RunContainer(
      test_.WriteStages(Stages("best_effort: true, execute: [/bin]")), {"/bin/true"}, {}, {"-v"});
  EXPECT_NE(
      result.err.find("landlock: Landlock of this kernel: ABI " + std::to_string(Abi()) + "\n"),
      std::string::npos)
      << result.err;
}

TEST_F(Landlock, AKernelWithoutItIsAnsweredWithTheCure) {
  const std::string cure =
      "take a kernel with CONFIG_SECURITY_LANDLOCK, and landlock in lsm= of its command line)\n";
  const std::pair<unsigned, std::string> cases[] = {
      {ENOSYS, "Function not implemented (this kernel has none; "},
      {EOPNOTSUPP, "Operation not supported (it was not enabled when this kernel was started; "}};
  for (const auto& [cause, why] : cases) {
    const std::string config = test_.WriteStages(Stages("execute: [/bin]"));
    const RunResult result = slipway::testing::RunWithout(SYS_landlock_create_ruleset, cause,
                                                          test_.Argv(config, {"/bin/true"}));
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                              ":6:5: landlock: cannot restrict the command by Landlock: " + why +
                              cure);
  }
}

TEST_F(Landlock, MistakesAreRefusedBeforeAnythingStarts) {
  ExpectMistake("", "5",
                "nothing to restrict (write such as execute: [/usr], or tcp_bind, tcp_connect, "
                "scope)");
  ExpectMistake("read: [/etc]", "5",
                "execute: no path from which the command could be executed (name those of programs "
                "and of their loader, such as [/usr, /lib64:optional])");
  ExpectMistake("execute: [/bin], unrestricted: [truncate, refer]", "58",
                "unrestricted[1]: a right that the kernel always restricts \"refer\" (give it to "
                "paths, by write or rules)");
  ExpectMistake("tcp_bind: [80, 65536]", "31",
                "tcp_bind[1]: not a TCP port \"65536\" (write a number up to 65535)");
  ExpectMistake("tcp_connect: [-1]", "30",
                "tcp_connect[0]: not a TCP port \"-1\" (write a number up to 65535)");
}

TEST_F(Landlock, ComesBehindTheRoot) {
  const RunResult result =
      test_.RunScript("  - landlock: {execute: [/bin]}\n  - mount: {root: root}\n", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("landlock"), std::string::npos) << result.err;
}

TEST_F(Landlock, TellsWhatItWouldDo) {
  const RunResult plan = test_.Plan(Stages(
      "best_effort: true, execute: [/bin], read: [/none:optional], rules: [{path: /tmp, rights: "
      "[make_dir]}]"));
  for (const char* line :
       {"  allows execute, read_file, read_dir\n", "  allows read_file, read_dir, if it is there\n",
        "  allows make_dir\n"}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << plan.out << plan.err;
  }
}

TEST_F(Landlock, TellsOfPortsAndProcesses) {
  if (Abi() < kAbiOfScope) GTEST_SKIP() << "Landlock of this kernel does not restrict them";
  const RunResult plan =
      test_.Plan(Stages("tcp_bind: [], tcp_connect: [80, 443], scope: [signals]"));
  for (const char* line : {"TCP, bind     no port\n", "TCP, connect  only 80, 443\n",
                           "signals       none of processes outside\n"}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << plan.out << plan.err;
  }
}

}  // namespace
