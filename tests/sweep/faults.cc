#include "tests/sweep/faults.h"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

namespace slipway::testing {
namespace {

constexpr const char* kNeverFails = "it cannot fail";
constexpr const char* kValid = "it fails on wrong arguments alone, and these are constants";
constexpr const char* kFreed = "Linux frees the descriptor or the memory whatever it returns";

const std::vector<FaultRow>& Rows() {
  static const std::vector<FaultRow> rows = {
      // Files.
      {SYS_openat, "openat", 1, {EMFILE, EINTR, EACCES, ENOMEM}},
      {SYS_openat2, "openat2", 1, {EMFILE, EAGAIN, ENOMEM}},
      {SYS_open_by_handle_at, "open_by_handle_at", -1, {EMFILE, ENOMEM}},
      {SYS_open_tree, "open_tree", 1, {EPERM, ENOMEM, EMFILE}},
      {SYS_read, "read", -1, {EINTR, EIO}},
      {SYS_pread64, "pread64", -1, {EINTR, EIO}},
      {SYS_write, "write", -1, {EINTR, ENOSPC, EBUSY}},
      {SYS_writev, "writev", -1, {EINTR, ENOSPC}},
      {SYS_ftruncate, "ftruncate", -1, {EINTR, EIO}},
      {SYS_fsync, "fsync", -1, {EIO, ENOSPC}},
      {SYS_fdatasync, "fdatasync", -1, {EIO, ENOSPC}},
      {SYS_lseek, "lseek", -1, {}, kValid},
      {SYS_newfstatat, "newfstatat", 1, {EACCES, ENOMEM}},
      {SYS_fstat, "fstat", -1, {ENOMEM}},
      {SYS_statx, "statx", 1, {EACCES, ENOMEM}},
      {SYS_fstatfs, "fstatfs", -1, {ENOMEM}},
      {SYS_statfs, "statfs", 0, {ENOMEM}},
      {SYS_access, "access", 0, {EACCES, ENOMEM}},
      {SYS_faccessat, "faccessat", 1, {EACCES, ENOMEM}},
      {SYS_faccessat2, "faccessat2", 1, {EACCES, ENOMEM}},
      {SYS_readlink, "readlink", 0, {EACCES, ENOMEM}},
      {SYS_readlinkat, "readlinkat", 1, {EACCES, ENOMEM}},
      {SYS_getcwd, "getcwd", -1, {ENOENT, ENOMEM}},
      {SYS_pwritev, "pwritev", -1, {ENOSPC, EINTR}},
      {SYS_getdents64, "getdents64", -1, {EIO, ENOMEM}},
      {SYS_mkdir, "mkdir", 0, {ENOSPC, EACCES, ENOMEM}},
      {SYS_mkdirat, "mkdirat", 1, {ENOSPC, EACCES, ENOMEM}},
      {SYS_mknodat, "mknodat", 1, {ENOSPC, EACCES, ENOMEM}},
      {SYS_symlinkat, "symlinkat", 1, {ENOSPC, EACCES, ENOMEM}},
      {SYS_rmdir, "rmdir", 0, {EBUSY, ENOMEM}},
      {SYS_unlink, "unlink", 0, {EBUSY, EACCES}},
      {SYS_unlinkat, "unlinkat", 1, {EBUSY, ENOMEM}},
      {SYS_rename, "rename", 0, {ENOSPC, EACCES}},
      {SYS_renameat, "renameat", 1, {ENOSPC, EACCES}},
      {SYS_renameat2, "renameat2", 1, {ENOSPC, EACCES}},
      {SYS_fchmodat, "fchmodat", 1, {EPERM}},
      {SYS_fchmod, "fchmod", -1, {EPERM}},
      {SYS_fchownat, "fchownat", 1, {EPERM}},
      {SYS_fchown, "fchown", -1, {EPERM}},
      {SYS_chdir, "chdir", 0, {EACCES, ENOMEM}},
      {SYS_fchdir, "fchdir", -1, {EACCES}},
      {SYS_fcntl, "fcntl", -1, {EINTR, EMFILE, ENOLCK}},
      {SYS_flock, "flock", -1, {EINTR, ENOLCK}},
      {SYS_ioctl, "ioctl", -1, {ENOTTY, EIO}},
      {SYS_poll, "poll", -1, {EINTR, ENOMEM}},
      {SYS_ppoll, "ppoll", -1, {EINTR, ENOMEM}},
      {SYS_dup, "dup", -1, {EMFILE}},
      {SYS_dup2, "dup2", -1, {EMFILE}},
      {SYS_dup3, "dup3", -1, {EMFILE}},
      {SYS_pipe2, "pipe2", -1, {EMFILE}},
      {SYS_memfd_create, "memfd_create", -1, {EMFILE, ENOMEM}},
      {SYS_close, "close", -1, {}, kFreed},
      {SYS_close_range, "close_range", -1, {ENOMEM}},
      // Memory.
      {SYS_brk, "brk", -1, {ENOMEM}},
      {SYS_mmap, "mmap", -1, {ENOMEM}},
      {SYS_mprotect, "mprotect", -1, {ENOMEM}},
      {SYS_mremap, "mremap", -1, {ENOMEM}},
      {SYS_munmap, "munmap", -1, {}, kFreed},
      {SYS_madvise, "madvise", -1, {}, "advice alone"},
      // Processes.
      {SYS_clone3, "clone3", -1, {EAGAIN, ENOMEM, ENOSPC, EPERM, EBUSY}},
      {SYS_clone, "clone", -1, {EAGAIN, ENOMEM}},
      {SYS_fork, "fork", -1, {EAGAIN, ENOMEM}},
      {SYS_vfork, "vfork", -1, {EAGAIN, ENOMEM}},
      {SYS_execve, "execve", 0, {EAGAIN, ENOMEM, E2BIG, EACCES, ETXTBSY}},
      {SYS_execveat, "execveat", 1, {EAGAIN, ENOMEM, E2BIG, EACCES, ETXTBSY}},
      {SYS_waitid, "waitid", -1, {EINTR}},
      {SYS_wait4, "wait4", -1, {EINTR}},
      {SYS_kill, "kill", -1, {EPERM}},
      {SYS_pidfd_open, "pidfd_open", -1, {EMFILE, ENOMEM}},
      {SYS_pidfd_send_signal, "pidfd_send_signal", -1, {EPERM, ESRCH}},
      {SYS_setns, "setns", -1, {EPERM, ENOMEM}},
      {SYS_setgroups, "setgroups", -1, {EPERM, ENOMEM}},
      {SYS_setresuid, "setresuid", -1, {EAGAIN, EPERM}},
      {SYS_setresgid, "setresgid", -1, {EPERM}},
      {SYS_keyctl, "keyctl", -1, {EDQUOT, ENOMEM}},
      {SYS_prctl, "prctl", -1, {EPERM}},
      {SYS_capset, "capset", -1, {EPERM}},
      {SYS_seccomp, "seccomp", -1, {ENOMEM}},
      {SYS_capget, "capget", -1, {EPERM}},
      {SYS_prlimit64, "prlimit64", -1, {EPERM}},
      {SYS_signalfd4, "signalfd4", -1, {EMFILE, ENOMEM}},
      {SYS_rt_sigtimedwait, "rt_sigtimedwait", -1, {EINTR, EAGAIN}},
      {SYS_exit, "exit", -1, {}, kNeverFails},
      {SYS_exit_group, "exit_group", -1, {}, kNeverFails},
      {SYS_futex, "futex", -1, {}, "the C library ends the process on an error that cannot be"},
      {SYS_rseq, "rseq", -1, {}, kValid},
      {SYS_set_robust_list, "set_robust_list", -1, {}, kValid},
      {SYS_set_tid_address, "set_tid_address", -1, {}, kNeverFails},
      {SYS_arch_prctl, "arch_prctl", -1, {}, kValid},
      {SYS_rt_sigaction, "rt_sigaction", -1, {}, kValid},
      {SYS_rt_sigprocmask, "rt_sigprocmask", -1, {}, kValid},
      {SYS_sigaltstack, "sigaltstack", -1, {}, kValid},
      {SYS_setitimer, "setitimer", -1, {}, kValid},
      {SYS_rt_sigreturn, "rt_sigreturn", -1, {}, kNeverFails},
      {SYS_restart_syscall, "restart_syscall", -1, {}, "the kernel's own, after a stop"},
      {SYS_getpid, "getpid", -1, {}, kNeverFails},
      {SYS_gettid, "gettid", -1, {}, kNeverFails},
      {SYS_getppid, "getppid", -1, {}, kNeverFails},
      {SYS_getpgrp, "getpgrp", -1, {}, kNeverFails},
      {SYS_getpgid, "getpgid", -1, {}, "it fails for a process that has gone alone"},
      {SYS_getsid, "getsid", -1, {}, "it fails for a process that has gone alone"},
      {SYS_getuid, "getuid", -1, {}, kNeverFails},
      {SYS_geteuid, "geteuid", -1, {}, kNeverFails},
      {SYS_getgid, "getgid", -1, {}, kNeverFails},
      {SYS_getegid, "getegid", -1, {}, kNeverFails},
      {SYS_unshare, "unshare", -1, {EPERM, ENOMEM}},
      {SYS_uname, "uname", -1, {}, kValid},
      {SYS_clock_nanosleep, "clock_nanosleep", -1, {EINTR}},
      {SYS_clock_gettime, "clock_gettime", -1, {}, kValid},
      {SYS_getrandom, "getrandom", -1, {EINTR, EAGAIN}},
      {SYS_umask, "umask", -1, {}, kNeverFails},
      // Messages.
      {SYS_socketpair, "socketpair", -1, {EMFILE, ENOMEM}},
      {SYS_socket, "socket", -1, {EMFILE, ENOMEM}},
      {SYS_bind, "bind", -1, {ENOMEM, EADDRINUSE}},
      {SYS_listen, "listen", -1, {}, kValid},
      {SYS_connect, "connect", -1, {EAGAIN, EACCES}},
      {SYS_accept4, "accept4", -1, {ENFILE}},
      {SYS_getsockopt, "getsockopt", -1, {}, kValid},
      {SYS_sendto, "sendto", -1, {EINTR, ENOMEM, ENOBUFS}},
      {SYS_sendmsg, "sendmsg", -1, {EINTR, ENOMEM, ENOBUFS}},
      {SYS_recvfrom, "recvfrom", -1, {EINTR, ENOMEM}},
      {SYS_recvmsg, "recvmsg", -1, {EINTR, ENOMEM, EMFILE}},
      // Mounts, names, cgroups.
      {SYS_mount, "mount", 1, {EPERM, ENOMEM, EBUSY}},
      {SYS_umount2, "umount2", 0, {EBUSY, EPERM, ENOMEM}},
      {SYS_fsopen, "fsopen", 0, {EPERM, EMFILE, ENOMEM}},
      {SYS_fsconfig, "fsconfig", -1, {EPERM, ENOMEM, EBUSY}},
      {SYS_fsmount, "fsmount", -1, {EPERM, ENOMEM, EMFILE}},
      {SYS_move_mount, "move_mount", -1, {EPERM, ENOMEM, EBUSY, ENOSPC}},
      {SYS_mount_setattr, "mount_setattr", -1, {EPERM, EBUSY, ENOMEM}},
      {SYS_pivot_root, "pivot_root", 0, {EPERM, EBUSY}},
      {SYS_chroot, "chroot", 0, {EPERM, ENOMEM}},
      {SYS_sethostname, "sethostname", -1, {EPERM}},
      {SYS_setdomainname, "setdomainname", -1, {EPERM}},
      {SYS_bpf, "bpf", -1, {EPERM, ENOMEM, EAGAIN}},
      {SYS_setsid, "setsid", -1, {EPERM}},
      {SYS_setpgid, "setpgid", -1, {EPERM}},
  };
  return rows;
}

}  // namespace

const FaultRow* FindFaults(long number) {
  const auto row = std::find_if(Rows().begin(), Rows().end(),
                                [number](const FaultRow& known) { return known.number == number; });
  return row == Rows().end() ? nullptr : &*row;
}

std::string NameOfCall(long number) {
  const FaultRow* row = FindFaults(number);
  return row ? row->name : "system call " + std::to_string(number);
}

int SubjectArgument(long number) {
  const FaultRow* row = FindFaults(number);
  return row ? row->subject : -1;
}

}  // namespace slipway::testing
