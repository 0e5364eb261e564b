// The default list in real containers: what it refuses and allows, of each architecture.

#include <gtest/gtest.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "plugins/seccomp/probe.h"

namespace seccomp {
namespace {

using slipway::testing::RunResult;

// Each by arguments with which it would change nothing, and fail otherwise, if it were let through.
struct Refused {
  const char* name;
  std::string call;
};

const std::vector<Refused>& RefusedCalls() {
  static const std::vector<Refused> calls = {
      {"mount", Native(SYS_mount)},
      {"umount2", Native(SYS_umount2)},
      {"pivot_root", Native(SYS_pivot_root)},
      {"unshare", Native(SYS_unshare, {CLONE_NEWUSER})},
      {"setns", Native(SYS_setns, {-1})},
      {"clone", Native(SYS_clone, {CLONE_NEWUSER | 17})},
      {"keyctl", Native(SYS_keyctl, {0, -3})},
      {"add_key", Native(SYS_add_key)},
      {"request_key", Native(SYS_request_key)},
      {"bpf", Native(SYS_bpf)},
      {"perf_event_open", Native(SYS_perf_event_open)},
      {"io_uring_setup", Native(SYS_io_uring_setup)},
      {"io_uring_enter", Native(SYS_io_uring_enter, {-1})},
      {"userfaultfd", Native(SYS_userfaultfd, {-1})},
      {"kexec_load", Native(SYS_kexec_load, {0, 0, 0, -1})},
      {"kexec_file_load", Native(SYS_kexec_file_load, {-1, -1})},
      {"init_module", Native(SYS_init_module)},
      {"finit_module", Native(SYS_finit_module, {-1})},
      {"delete_module", Native(SYS_delete_module)},
      {"reboot", Native(SYS_reboot)},
      {"settimeofday", Native(SYS_settimeofday)},
      {"clock_settime", Native(SYS_clock_settime)},
      {"swapon", Native(SYS_swapon)},
      {"swapoff", Native(SYS_swapoff)},
      {"acct", Native(SYS_acct, {1})},
      {"quotactl", Native(SYS_quotactl, {-1})},
      {"syslog", Native(SYS_syslog, {-1})},
      {"sethostname", Native(SYS_sethostname, {0, -1})},
      {"open_by_handle_at", Native(SYS_open_by_handle_at, {-1})},
      {"fsopen", Native(SYS_fsopen)},
      {"fsmount", Native(SYS_fsmount, {-1})},
      {"move_mount", Native(SYS_move_mount, {-1, 0, -1})},
      {"open_tree", Native(SYS_open_tree, {-1})},
      {"mount_setattr", Native(SYS_mount_setattr, {-1})},
      {"kcmp", Native(SYS_kcmp, {-1})},
      {"pidfd_getfd", Native(SYS_pidfd_getfd, {-1})},
      {"fanotify_init", Native(SYS_fanotify_init, {-1})},
      {"lookup_dcookie", Native(SYS_lookup_dcookie)},
      {"move_pages", Native(SYS_move_pages, {-1})},
      {"vhangup", Native(SYS_vhangup)},
      {"personality READ_IMPLIES_EXEC", Native(SYS_personality, {0x0400000})},
      {"ioctl TIOCSTI", Native(SYS_ioctl, {-1, TIOCSTI})},
      {"ioctl TIOCLINUX", Native(SYS_ioctl, {-1, TIOCLINUX})},
      {"ioctl TIOCSETD", Native(SYS_ioctl, {-1, TIOCSETD})},
      {"ioctl TIOCSTI and bits that nobody looks at",
       Native(SYS_ioctl, {-1, TIOCSTI | 0x100000000})},
#ifdef __x86_64__
      {"iopl", Native(SYS_iopl, {-1})},
      {"ioperm", Native(SYS_ioperm, {-1, -1})},
      {"mount of i386", "i386:21"},
      {"unshare of i386", "i386:310:0x10000000"},
      {"clone of i386", "i386:120:0x10000011"},
      {"init_module of i386", "i386:128"},
      {"reboot of i386", "i386:88"},
      {"settimeofday of i386", "i386:79"},
      {"ioctl TIOCSTI of i386", "i386:54:0xffffffff:0x5412"},
      {"mount of x32", "x32:165"},
      {"unshare of x32", "x32:272:0x10000000"},
#endif
  };
  return calls;
}

TEST(DefaultList, RefusesWhatReachesOut) {
  std::vector<std::string> calls;
  for (const auto& [name, call] : RefusedCalls()) calls.push_back(call);
  std::istringstream lines(Probe("seccomp", calls).out);
  for (const auto& [name, call] : RefusedCalls()) {
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "EPERM") << name;
  }
}

TEST(DefaultList, IsWhatRefusesThem) {
  std::vector<std::string> calls;
  for (const auto& [name, call] : RefusedCalls()) calls.push_back(call);
  const RunResult result = Probe("credentials: {capabilities: [all]}", calls);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("EFAULT"), std::string::npos) << result.out;
}

TEST(DefaultList, AllowsWhatProgramsDo) {
  const std::pair<const char*, std::string> calls[] = {
      {"getpid", Native(SYS_getpid)},
      {"clone", Native(SYS_clone, {17})},
      {"ptrace PTRACE_TRACEME", Native(SYS_ptrace, {0})},
      {"personality, asked", Native(SYS_personality, {0xffffffff})},
      {"personality PER_LINUX32", Native(SYS_personality, {8})},
      {"socket AF_UNIX", Native(SYS_socket, {AF_UNIX, SOCK_STREAM})},
      {"socket AF_NETLINK", Native(SYS_socket, {AF_NETLINK, SOCK_RAW})},
      {"chroot", Native(SYS_chroot)},
      {"memfd_create", Native(SYS_memfd_create)},
#ifdef __x86_64__
      {"getpid of i386", "i386:20"},
#endif
  };
  for (const auto& [name, call] : calls) {
    const std::string out = Probe("seccomp", {call}).out;
    EXPECT_TRUE(out == "ok\n" || out == "EFAULT\n") << name << ": " << out;
  }
}

TEST(DefaultList, SocketsOfTheKernelsCryptographyAndOfTheMachinesHostAreNotThere) {
  EXPECT_EQ(Probe("seccomp", {Native(SYS_socket, {AF_ALG, SOCK_SEQPACKET})}).out, "EAFNOSUPPORT\n");
  EXPECT_EQ(Probe("seccomp", {Native(SYS_socket, {AF_VSOCK, SOCK_STREAM})}).out, "EAFNOSUPPORT\n");
#ifdef __x86_64__
  EXPECT_EQ(Probe("seccomp", {"i386:102:1"}).out, "EAFNOSUPPORT\n") << "socketcall(SYS_SOCKET)";
#endif
  EXPECT_EQ(Probe("seccomp", {Native(SYS_socket, {AF_VSOCK | 0x100000000, SOCK_STREAM})}).out,
            "EAFNOSUPPORT\n");
}

// So that a C library does without.
TEST(DefaultList, WhatIsNewIsNotThere) {
  EXPECT_EQ(Probe("seccomp", {Native(SYS_clone3)}).out, "ENOSYS\n");
  EXPECT_EQ(Probe("seccomp", {Native(999)}).out, "ENOSYS\n");
  EXPECT_EQ(Probe("seccomp", {Native(0x7fffffff)}).out, "ENOSYS\n");
#ifdef __x86_64__
  EXPECT_EQ(Probe("seccomp", {"i386:999"}).out, "ENOSYS\n");
#endif
}

// Without it the filter is set while rights are still there.
TEST(DefaultList, HoldsWithoutNoNewPrivileges) {
  const RunResult result = Probe("credentials: {no_new_privs: false}\n  - seccomp",
                                 {Native(SYS_mount), Native(SYS_getpid)});
  EXPECT_EQ(result.out, "EPERM\nok\n") << result.err;
}

TEST(DefaultList, HoldsForAnotherUser) {
  const RunResult result =
      Probe("credentials: {user: 1000}\n  - seccomp", {Native(SYS_mount), Native(SYS_getpid)});
  EXPECT_EQ(result.out, "EPERM\nok\n") << result.err;
}

TEST(DefaultList, HoldsForTheInitToo) {
  const RunResult result =
      InContainer("  - pid\n  - mount: {root: root}\n  - proc\n  - credentials\n  - seccomp\n",
                  "grep -h Seccomp: /proc/1/status /proc/self/status");
  EXPECT_EQ(result.out, "Seccomp:\t2\nSeccomp:\t2\n") << result.err;
}

TEST(DefaultList, ACapabilityBringsWhatItIsFor) {
  const RunResult result =
      Probe("credentials: {cap_add: [sys_admin]}\n  - seccomp: {capabilities: [sys_admin]}",
            {Native(SYS_mount), Native(SYS_clone3), Native(SYS_reboot)});
  EXPECT_EQ(result.out, "EFAULT\nEINVAL\nEPERM\n") << result.err;
}

}  // namespace
}  // namespace seccomp
