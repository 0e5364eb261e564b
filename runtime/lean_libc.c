/* Functions of the C library that this program has of its own, because the dynamic loader looks for
 * each that it takes from the library at every start: a hundred of them take longer than reading a
 * config does. Those that are a system call and nothing more are that here; syscall(2). Of the
 * rest, which only libstdc++ asks for, in locales that nobody uses, or only few verbs, each is
 * looked for when it is called.
 *
 * They are hidden: a plugin has the library's. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#ifndef __SANITIZE_ADDRESS__ /* which has its own of some */

#define CALL(type, name, params, ...) \
  type name params { return (type)syscall(SYS_##name, ##__VA_ARGS__); }

CALL(int, bind, (int fd, const struct sockaddr* address, socklen_t size), fd, address, size)
CALL(int, chdir, (const char* path), path)
CALL(int, chroot, (const char* path), path)
CALL(int, close, (int fd), fd)
CALL(int, connect, (int fd, const struct sockaddr* address, socklen_t size), fd, address, size)
CALL(int, fchdir, (int fd), fd)
CALL(int, fchmod, (int fd, mode_t mode), fd, mode)
CALL(int, fchown, (int fd, uid_t user, gid_t group), fd, user, group)
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
CALL(int, munmap, (void* begin, size_t size), begin, size)
CALL(int, personality, (unsigned long persona), persona)
CALL(int, pipe2, (int ends[2], int flags), ends, flags)
CALL(ssize_t, read, (int fd, void* to, size_t size), fd, to, size)
CALL(ssize_t, readlinkat, (int folder, const char* path, char* to, size_t size), folder, path, to,
     size)
CALL(ssize_t, recvmsg, (int fd, struct msghdr* message, int flags), fd, message, flags)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr* message, int flags), fd, message, flags)
CALL(int, setns, (int fd, int kind), fd, kind)
CALL(pid_t, setsid, (void))
CALL(int, sigaltstack, (const stack_t* stack, stack_t* old), stack, old)
CALL(int, socket, (int domain, int type, int protocol), domain, type, protocol)
CALL(int, socketpair, (int domain, int type, int protocol, int ends[2]), domain, type, protocol,
     ends)
CALL(int, statx, (int folder, const char* path, int flags, unsigned mask, struct statx* facts),
     folder, path, flags, mask, facts)
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

#define LATE(type, name, params, ...) \
  type name params { return ((type(*) params)dlsym(RTLD_NEXT, #name))(__VA_ARGS__); }

/* Of few verbs. */
LATE(int, fgetgrent_r,
     (FILE * file, struct group* entry, char* buffer, size_t size, struct group** result), file,
     entry, buffer, size, result)
LATE(int, fgetpwent_r,
     (FILE * file, struct passwd* entry, char* buffer, size_t size, struct passwd** result), file,
     entry, buffer, size, result)
LATE(struct passwd*, getpwuid, (uid_t user), user)
LATE(struct tm*, gmtime_r, (const time_t* time, struct tm* parts), time, parts)
LATE(struct tm*, localtime_r, (const time_t* time, struct tm* parts), time, parts)
LATE(const char*, sigabbrev_np, (int signal), signal)
LATE(const char*, sigdescr_np, (int signal), signal)
LATE(int, statvfs, (const char* path, struct statvfs* facts), path, facts)
LATE(size_t, strftime, (char* to, size_t size, const char* format, const struct tm* time), to, size,
     format, time)
LATE(char*, strsignal, (int signal), signal)

/* Of the locales of libstdc++. */
LATE(size_t, __ctype_get_mb_cur_max, (void))
LATE(locale_t, __duplocale, (locale_t locale), locale)
LATE(void, __freelocale, (locale_t locale), locale)
LATE(int, __iswctype_l, (wint_t c, wctype_t type, locale_t locale), c, type, locale)
LATE(char*, __nl_langinfo_l, (nl_item item, locale_t locale), item, locale)
LATE(int, __strcoll_l, (const char* a, const char* b, locale_t locale), a, b, locale)
LATE(size_t, __strftime_l,
     (char* to, size_t size, const char* format, const struct tm* time, locale_t locale), to, size,
     format, time, locale)
LATE(double, __strtod_l, (const char* text, char** end, locale_t locale), text, end, locale)
LATE(float, __strtof_l, (const char* text, char** end, locale_t locale), text, end, locale)
LATE(size_t, __strxfrm_l, (char* to, const char* from, size_t size, locale_t locale), to, from,
     size, locale)
LATE(wint_t, __towlower_l, (wint_t c, locale_t locale), c, locale)
LATE(wint_t, __towupper_l, (wint_t c, locale_t locale), c, locale)
LATE(locale_t, __uselocale, (locale_t locale), locale)
LATE(int, __wcscoll_l, (const wchar_t* a, const wchar_t* b, locale_t locale), a, b, locale)
LATE(size_t, __wcsftime_l,
     (wchar_t * to, size_t size, const wchar_t* format, const struct tm* time, locale_t locale), to,
     size, format, time, locale)
LATE(size_t, __wcsxfrm_l, (wchar_t * to, const wchar_t* from, size_t size, locale_t locale), to,
     from, size, locale)
LATE(char*, bind_textdomain_codeset, (const char* domain, const char* codeset), domain, codeset)
LATE(char*, dgettext, (const char* domain, const char* id), domain, id)
LATE(char*, gettext, (const char* id), id)
LATE(size_t, iconv, (iconv_t handle, char** from, size_t* from_size, char** to, size_t* to_size),
     handle, from, from_size, to, to_size)
LATE(int, iconv_close, (iconv_t handle), handle)
LATE(iconv_t, iconv_open, (const char* to, const char* from), to, from)
LATE(size_t, mbrtowc, (wchar_t * to, const char* from, size_t size, mbstate_t* state), to, from,
     size, state)
LATE(size_t, mbsnrtowcs,
     (wchar_t * to, const char** from, size_t bytes, size_t size, mbstate_t* state), to, from,
     bytes, size, state)
LATE(size_t, mbsrtowcs, (wchar_t * to, const char** from, size_t size, mbstate_t* state), to, from,
     size, state)
LATE(long double, strtold_l, (const char* text, char** end, locale_t locale), text, end, locale)
LATE(size_t, wcrtomb, (char* to, wchar_t c, mbstate_t* state), to, c, state)
LATE(int, wcscmp, (const wchar_t* a, const wchar_t* b), a, b)
LATE(size_t, wcsnrtombs,
     (char* to, const wchar_t** from, size_t count, size_t size, mbstate_t* state), to, from, count,
     size, state)
LATE(int, wctob, (wint_t c), c)
LATE(wchar_t*, wmemchr, (const wchar_t* from, wchar_t c, size_t size), from, c, size)
LATE(int, wmemcmp, (const wchar_t* a, const wchar_t* b, size_t size), a, b, size)
LATE(wchar_t*, wmemcpy, (wchar_t * to, const wchar_t* from, size_t size), to, from, size)
LATE(wchar_t*, wmemmove, (wchar_t * to, const wchar_t* from, size_t size), to, from, size)
LATE(wchar_t*, wmemset, (wchar_t * to, wchar_t c, size_t size), to, c, size)

#endif
