// What the options make of the default list, in real containers.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <string>
#include <utility>
#include <vector>

#include "plugins/seccomp/probe.h"

namespace seccomp {
namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

TEST(Seccomp, OptionsChangeTheDefaultList) {
  const RunResult result =
      Probe("seccomp: {allow: [mount], deny: [getppid], errno: {times: ENOSYS, getsid: 71}}",
            {Native(SYS_mount), Native(SYS_getppid), Native(SYS_times), Native(SYS_getsid),
             Native(SYS_unshare)});
  EXPECT_EQ(result.out, "EFAULT\nEPERM\nENOSYS\nEPROTO\nEPERM\n") << result.err;
}

TEST(Seccomp, EndsTheProcess) {
  const RunResult result = Probe("seccomp: {kill: [sysinfo], trap: [times], log: [getsid]}",
                                 {Native(SYS_sysinfo), Native(SYS_times), Native(SYS_getsid)});
  EXPECT_EQ(result.out, "killed 31\nkilled 31\nok\n") << result.err;
}

TEST(Seccomp, TheDefaultIsForAllThatIsNotNamed) {
  const std::vector<std::string> calls = {Native(SYS_mount), Native(SYS_getppid), Native(999)};
  EXPECT_EQ(Probe("seccomp: {default: allow, deny: [getppid]}", calls).out,
            "EFAULT\nEPERM\nENOSYS\n");
  EXPECT_EQ(Probe("seccomp: {default: log, errno: {getppid: EACCES}}", calls).out,
            "EFAULT\nEACCES\nENOSYS\n");
}

TEST(Seccomp, ConditionsComeFirst) {
  const RunResult result =
      Probe("seccomp: {deny: [\"socket(int0 == 1 and int1 != 2)\"]}",
            {Native(SYS_socket, {AF_UNIX, SOCK_STREAM}), Native(SYS_socket, {AF_UNIX, SOCK_DGRAM}),
             Native(SYS_socket, {AF_INET, SOCK_STREAM}), Native(SYS_socket, {AF_VSOCK, 1})});
  EXPECT_EQ(result.out, "EPERM\nok\nok\nEAFNOSUPPORT\n") << result.err;
}

// Before the clone: the command's own calls are its own affair.
TEST(Seccomp, AFilterThatTheStartItselfWouldNotOutliveIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"  - pid\n  - seccomp: {deny: [clone, wait4]}\n",
       ":4:5: seccomp: the filter refuses system calls that the start of the command takes (allow "
       "clone, wait4; without an init fewer are needed)\n"},
      {"  - pid: {init: false}\n  - seccomp: {default: kill, allow: [execveat]}\n",
       ":4:5: seccomp: the filter refuses system calls that the start of the command takes (allow "
       "rt_sigprocmask)\n"},
      {"  - pid: {init: false}\n  - credentials: {user: 1, no_new_privs: false}\n"
       "  - seccomp: {deny: [capset, setresuid]}\n",
       ":5:5: seccomp: the filter refuses system calls that the start of the command takes (allow "
       "capset, setresuid)\n"},
  };
  for (const auto& [stages, error] : cases) {
    ContainerTest test;
    const RunResult result = test.RunScript(stages, "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") + error);
  }
}

TEST(Seccomp, WithoutAnInitAFewCallsAreEnough) {
  const RunResult result = InContainer(
      "  - pid: {init: false}\n  - mount: {root: root}\n  - credentials\n"
      "  - seccomp: {default: kill, allow: [rt_sigprocmask, execveat, execve, brk, arch_prctl,"
      " set_tid_address, set_robust_list, rseq, prlimit64, readlinkat, readlink, getrandom, "
      "mprotect,"
      " uname, fstat, newfstatat, write, exit_group, mmap, getuid, geteuid, getgid, getegid, "
      "getpid,"
      " getppid, rt_sigaction, getcwd, stat, ioctl, poll, munmap, prctl]}\n",
      "echo alive");
  EXPECT_EQ(result.out, "alive\n") << result.err << result.status;
}

TEST(Seccomp, HoldsInAUserNamespace) {
  ContainerTest test;
  AddProbe(test.MakeRoot());
  const std::string config = test.WriteStages(
      "  - pid\n  - mount: {root: root}\n  - proc\n  - credentials\n  - seccomp\n");
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words =
      test.Argv(config, {"/bin/call_probe", Native(SYS_mount), Native(SYS_getpid)});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.out, "EPERM\nok\n") << result.err;
}

TEST(Seccomp, MistakesAreRefusedBeforeAnythingStarts) {
  const std::pair<const char*, const char*> cases[] = {
      {"allow: [read, mout]",
       "29: seccomp: allow[1]: unknown system call \"mout\" (did you mean \"mount\"?)\n"},
      {"allow: [\"socket(int0 = 1)\"]",
       "23: seccomp: allow[0]: not a call \"socket(int0 = 1)\" (write a call such as mount, or "
       "with "
       "conditions, clone(arg0 & 0x7e020000 == 0), socket(int0 == 38 and int1 == 5))\n"},
      {"errno: {mount: ENONE}",
       "30: seccomp: errno.mount: not an error of errno(3) \"ENONE\" (write a name such as ENOSYS, "
       "or "
       "its number)\n"},
      {"allow: [mount], deny: [mount]",
       "38: seccomp: deny[0]: named twice \"mount\" (allow[0] says already what becomes of it)\n"},
      {"capabilities: [sys_admn]",
       "30: seccomp: capabilities[0]: unknown capability \"sys_admn\" (write names of "
       "capabilities(7), such as sys_admin or CAP_SYS_ADMIN)\n"},
      {"default: maybe",
       "24: seccomp: default: unknown value \"maybe\" (one of allow, errno, kill, kill-thread, "
       "log, trap, notify)\n"},
  };
  for (const auto& [options, error] : cases) {
    ContainerTest test;
    const RunResult result =
        test.RunScript("  - pid\n  - seccomp: {" + std::string(options) + "}\n", "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") + ":4:" + error);
  }
}

TEST(Seccomp, SaysWhatItWouldDo) {
  ContainerTest test;
  const RunResult result = test.Plan("  - seccomp\n");
  EXPECT_NE(result.out.find("system calls  the default list"), std::string::npos)
      << result.out << result.err;
}

}  // namespace
}  // namespace seccomp
