/* Functions of the C library that are a system call and nothing more, syscall(2), for the runtime
 * and its plugins: the dynamic loader looks for each that is taken from the library at every start,
 * and each place of the library that is touched costs a page fault. clock_gettime is among them
 * because a start asks for the time twice, and the kernel's page with the time costs more than
 * that.
 *
 * They are hidden: who includes a library of ours has the C library's. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef __SANITIZE_ADDRESS__ /* which has its own of some */

#define CALL(type, name, params, ...) \
  type name params { return (type)syscall(SYS_##name, ##__VA_ARGS__); }

CALL(int, bind, (int fd, const struct sockaddr* address, socklen_t size), fd, address, size)
CALL(int, chdir, (const char* path), path)
CALL(int, chroot, (const char* path), path)
CALL(int, clock_gettime, (clockid_t clock, struct timespec* now), clock, now)
CALL(int, close, (int fd), fd)
CALL(int, connect, (int fd, const struct sockaddr* address, socklen_t size), fd, address, size)
CALL(int, dup3, (int from, int to, int flags), from, to, flags)
CALL(int, execve, (const char* path, char* const argv[], char* const envp[]), path, argv, envp)
CALL(int, fchdir, (int fd), fd)
CALL(int, fchmod, (int fd, mode_t mode), fd, mode)
CALL(int, fchown, (int fd, uid_t user, gid_t group), fd, user, group)
CALL(int, fchownat, (int folder, const char* path, uid_t user, gid_t group, int flags), folder,
     path, user, group, flags)
CALL(int, flock, (int fd, int operation), fd, operation)
CALL(int, fstatfs, (int fd, struct statfs* facts), fd, facts)
CALL(int, ftruncate, (int fd, off_t size), fd, size)
CALL(gid_t, getegid, (void))
CALL(uid_t, geteuid, (void))
CALL(pid_t, getpgid, (pid_t pid), pid)
CALL(pid_t, getpid, (void))
CALL(pid_t, getppid, (void))
CALL(ssize_t, getrandom, (void* to, size_t size, unsigned flags), to, size, flags)
CALL(int, getsockopt, (int fd, int level, int name, void* value, socklen_t* size), fd, level, name,
     value, size)
CALL(uid_t, getuid, (void))
CALL(int, inotify_add_watch, (int fd, const char* path, uint32_t mask), fd, path, mask)
CALL(int, inotify_init1, (int flags), flags)
CALL(int, kill, (pid_t pid, int signal), pid, signal)
CALL(int, listen, (int fd, int backlog), fd, backlog)
CALL(off_t, lseek, (int fd, off_t offset, int whence), fd, offset, whence)
CALL(int, memfd_create, (const char* name, unsigned flags), name, flags)
CALL(int, mkdirat, (int folder, const char* path, mode_t mode), folder, path, mode)
CALL(int, mount,
     (const char* source, const char* target, const char* type, unsigned long flags,
      const void* data),
     source, target, type, flags, data)
CALL(int, munmap, (void* begin, size_t size), begin, size)
CALL(int, personality, (unsigned long persona), persona)
CALL(int, pipe2, (int ends[2], int flags), ends, flags)
CALL(ssize_t, read, (int fd, void* to, size_t size), fd, to, size)
CALL(ssize_t, readlinkat, (int folder, const char* path, char* to, size_t size), folder, path, to,
     size)
CALL(ssize_t, recvmsg, (int fd, struct msghdr* message, int flags), fd, message, flags)
CALL(int, renameat, (int from_folder, const char* from, int to_folder, const char* to), from_folder,
     from, to_folder, to)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr* message, int flags), fd, message, flags)
CALL(int, setdomainname, (const char* name, size_t size), name, size)
CALL(int, sethostname, (const char* name, size_t size), name, size)
CALL(int, setitimer, (__itimer_which_t which, const struct itimerval* value, struct itimerval* old),
     which, value, old)
CALL(int, setns, (int fd, int kind), fd, kind)
CALL(int, setpriority, (__priority_which_t which, id_t who, int value), which, who, value)
CALL(pid_t, setsid, (void))
CALL(int, sigaltstack, (const stack_t* stack, stack_t* old), stack, old)
CALL(int, socket, (int domain, int type, int protocol), domain, type, protocol)
CALL(int, socketpair, (int domain, int type, int protocol, int ends[2]), domain, type, protocol,
     ends)
CALL(int, statfs, (const char* path, struct statfs* facts), path, facts)
CALL(int, statx, (int folder, const char* path, int flags, unsigned mask, struct statx* facts),
     folder, path, flags, mask, facts)
CALL(int, symlinkat, (const char* text, int folder, const char* path), text, folder, path)
CALL(mode_t, umask, (mode_t mask), mask)
CALL(int, umount2, (const char* target, int flags), target, flags)
CALL(int, uname, (struct utsname * facts), facts)
CALL(int, unlinkat, (int folder, const char* path, int flags), folder, path, flags)
CALL(int, unshare, (int kinds), kinds)
CALL(int, waitid, (idtype_t type, id_t id, siginfo_t* info, int options), type, id, info, options,
     NULL)
CALL(ssize_t, write, (int fd, const void* from, size_t size), fd, from, size)

/* Not on every machine. */
#ifdef SYS_access
CALL(int, access, (const char* path, int mode), path, mode)
CALL(unsigned, alarm, (unsigned seconds), seconds)
CALL(int, dup2, (int from, int to), from, to)
CALL(int, mkdir, (const char* path, mode_t mode), path, mode)
CALL(int, poll, (struct pollfd * files, nfds_t count, int timeout), files, count, timeout)
CALL(ssize_t, readlink, (const char* path, char* to, size_t size), path, to, size)
#endif

ssize_t pread(int fd, void* to, size_t size, off_t offset) {
  return syscall(SYS_pread64, fd, to, size, offset);
}

void _exit(int status) {
  while (true) syscall(SYS_exit_group, status);
}

pid_t getpgrp(void) { return (pid_t)syscall(SYS_getpgid, 0); }

ssize_t send(int fd, const void* from, size_t size, int flags) {
  return syscall(SYS_sendto, fd, from, size, flags, NULL, 0);
}

int signalfd(int fd, const sigset_t* signals, int flags) {
  return (int)syscall(SYS_signalfd4, fd, signals, _NSIG / 8, flags);
}

pid_t waitpid(pid_t pid, int* status, int options) {
  return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
}

/* The kernel's structure is the library's where a long has 64 bits. */
#if __LP64__
int fstatat(int folder, const char* path, struct stat* facts, int flags) {
  return (int)syscall(SYS_newfstatat, folder, path, facts, flags);
}

int fstat(int fd, struct stat* facts) { return (int)syscall(SYS_fstat, fd, facts); }

int lstat(const char* path, struct stat* facts) {
  return fstatat(AT_FDCWD, path, facts, AT_SYMLINK_NOFOLLOW);
}

int stat(const char* path, struct stat* facts) { return fstatat(AT_FDCWD, path, facts, 0); }

#endif

/* The last argument of a call that takes one of many kinds, or none, is passed on as it came. */
#define LAST_ARGUMENT(last)                  \
  va_list arguments;                         \
  va_start(arguments, last);                 \
  const long rest = va_arg(arguments, long); \
  va_end(arguments)

int fcntl(int fd, int command, ...) {
  LAST_ARGUMENT(command);
  return (int)syscall(SYS_fcntl, fd, command, rest);
}

int ioctl(int fd, unsigned long request, ...) {
  LAST_ARGUMENT(request);
  return (int)syscall(SYS_ioctl, fd, request, rest);
}

int prctl(int option, ...) {
  va_list arguments;
  va_start(arguments, option);
  long rest[4];
  for (int i = 0; i < 4; ++i) rest[i] = va_arg(arguments, long);
  va_end(arguments);
  return (int)syscall(SYS_prctl, option, rest[0], rest[1], rest[2], rest[3]);
}

int openat(int folder, const char* path, int flags, ...) {
  LAST_ARGUMENT(flags);
  return (int)syscall(SYS_openat, folder, path, flags, rest);
}

int open(const char* path, int flags, ...) {
  LAST_ARGUMENT(flags);
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, rest);
}

/* What _FORTIFY_SOURCE makes of a call without a mode. */
int __openat_2(int folder, const char* path, int flags) {
  if (__OPEN_NEEDS_MODE(flags)) abort();
  return (int)syscall(SYS_openat, folder, path, flags, 0);
}

int __open_2(const char* path, int flags) { return __openat_2(AT_FDCWD, path, flags); }

#endif
