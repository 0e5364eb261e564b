/* New namespaces, which give rights that nobody else here has, and the machine's. */

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* By the number of its flag, in hexadecimal. */
static int Unshare(const char* flag) { return Did(unshare((int)strtol(flag, NULL, 16))); }

static int CloneUser(const char* unused) {
  (void)unused;
  struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  const long child = syscall(SYS_clone3, &args, sizeof(args));
  if (child == -1) return errno;
  if (child == 0) _exit(EXIT_SUCCESS);
  waitpid((pid_t)child, NULL, 0);
  return 0;
}

/* Root of a user namespace in the container, which may mount there. */
static int MountInOwnUser(const char* unused) {
  (void)unused;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return errno;
  return Did(mount("none", MountPoint(), "tmpfs", 0, NULL));
}

/* The namespaces of the process outside, by whatever number it has. */
static int JoinOutside(const char* kind) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%s/ns/%s", Given("victim"), kind);
  const int file = open(path, O_RDONLY);
  if (file == -1) return errno;
  const int outcome = Did(setns(file, 0));
  close(file);
  return outcome;
}

/* The first process's own: that is the machine's where nothing keeps them apart. */
static int JoinFirst(const char* kind) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/1/ns/%s", kind);
  const int file = open(path, O_RDONLY);
  if (file == -1) return errno;
  const int outcome = Did(setns(file, 0));
  close(file);
  return outcome;
}

const struct Try kNamespaceTries[] = {
    {"unshare-user", kAnywhere, "a user namespace in the container", Unshare, "10000000"},
    {"clone-user", kAnywhere, "the same by clone3(2)", CloneUser, NULL},
    {"mount-in-user", kAnywhere, "a mount in it", MountInOwnUser, NULL},
    {"unshare-mount", kAnywhere, "a mount namespace", Unshare, "20000"},
    {"unshare-pid", kAnywhere, "a PID namespace", Unshare, "20000000"},
    {"unshare-net", kAnywhere, "a network namespace", Unshare, "40000000"},
    {"unshare-uts", kAnywhere, "a UTS namespace", Unshare, "4000000"},
    {"unshare-ipc", kAnywhere, "an IPC namespace", Unshare, "8000000"},
    {"unshare-cgroup", kAnywhere, "a cgroup namespace", Unshare, "2000000"},
    {"unshare-time", kAnywhere, "a time namespace", Unshare, "80"},
    {"setns-outside-mnt", kAnywhere, "joins the mount namespace of a process outside", JoinOutside,
     "mnt"},
    {"setns-outside-pid", kAnywhere, "joins the PID namespace of a process outside", JoinOutside,
     "pid"},
    {"setns-outside-net", kAnywhere, "joins the network namespace of a process outside",
     JoinOutside, "net"},
    {"setns-first-uts", kAnywhere, "joins a namespace of the first process", JoinFirst, "uts"},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
