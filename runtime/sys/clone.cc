#include "runtime/sys/clone.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace slipway::sys {
namespace {

constexpr const char* kOperation = "clone3";

clone_args Arguments(uint64_t flags, int cgroup_fd, int& pidfd) {
  clone_args args{};
  args.flags = flags | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (cgroup_fd >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(cgroup_fd);
  }
  return args;
}

}  // namespace

Result<Cloned> Clone(uint64_t namespaces, int cgroup_fd) {
  int pidfd = -1;
  clone_args args = Arguments(namespaces, cgroup_fd, pidfd);
  const long pid = syscall(SYS_clone3, &args, sizeof(args));
  if (pid < 0) return Error(errno, kOperation);
  Cloned cloned;
  cloned.pid = static_cast<pid_t>(pid);
  if (pid > 0) cloned.pidfd = Fd(pidfd);
  return cloned;
}

Result<pid_t> CloneSibling(uint64_t namespaces, int cgroup_fd, pid_t* told) {
  int pidfd = -1;
  clone_args args = Arguments(namespaces, cgroup_fd, pidfd);
  args.flags = (args.flags & ~uint64_t{CLONE_PIDFD}) | CLONE_PARENT | CLONE_PARENT_SETTID;
  args.pidfd = 0;
  args.exit_signal = 0;  // this process's own counts
  args.parent_tid = reinterpret_cast<uintptr_t>(told);
  const long pid = syscall(SYS_clone3, &args, sizeof(args));
  if (pid < 0) return Error(errno, kOperation);
  return static_cast<pid_t>(pid);
}

#ifdef __x86_64__

Result<Cloned> CloneSharing(uint64_t namespaces, int cgroup_fd, SharingBody* body) {
  int pidfd = -1;
  clone_args args = Arguments(namespaces, cgroup_fd, pidfd);
  args.flags |= CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID;
  args.parent_tid = reinterpret_cast<uintptr_t>(&body->pid);
  long result = SYS_clone3;
  // The child never comes back here, so that it writes nowhere but below this frame, and below the
  // 128 bytes under it that the System V ABI lets a function use (the "red zone").
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "lea -128(%%rsp), %%rsp\n\t"
      "and $-16, %%rsp\n\t"
      "mov %[body], %%rdi\n\t"
      "call *%[run]\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(&args), "S"(sizeof(args)), [run] "r"(body->run), [body] "r"(body)
      : "rcx", "r11", "memory", "cc");
#ifdef __SANITIZE_ADDRESS__
  // The frames that the child has left are still marked on the stack below.
  __asan_handle_no_return();
#endif
  if (result < 0) return Error(static_cast<int>(-result), kOperation);
  Cloned cloned;
  cloned.pid = static_cast<pid_t>(result);
  cloned.pidfd = Fd(pidfd);
  return cloned;
}

#else

Result<Cloned> CloneSharing(uint64_t, int, SharingBody*) { return Error(ENOSYS, kOperation); }

#endif

}  // namespace slipway::sys
