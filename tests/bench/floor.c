// The floor of the speed table: the system calls that a start of the pipeline
// uts + pid + mount + proc + pids cgroup needs, and nothing else. No options
// are parsed, no file is read, nothing can be changed: what a runtime costs
// above this program is its own cost.
//
//   floor [--no-cgroup] [--init] ROOT COMMAND [ARG...]
//
// Exits with the command's status, 128+N for signal N, 125 for its own errors.
//
// The child shares the parent's memory until it execs, as with vfork(2), so that no page table is
// copied: that is the quickest start that clone(2) offers. With --init it is a copy of this small
// program, and stays in the container as its init: it reaps orphans and passes signals on.

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/floor_init.h"

static const char kHostname[] = "container";
static const char kPidsMax[] = "20";

struct Container {
  const char* root;
  char** command;
  int tasks;  // the file of its cgroup that the child writes itself into, or -1
  int init;   // the child stays, as the command's parent
};

static char cgroup[64];
static _Alignas(16) char stack[16384];

static void RemoveCgroup(void) {
  if (cgroup[0] != '\0' && rmdir(cgroup) != 0) perror("floor: rmdir cgroup");
}

static void Die(const char* operation) {
  perror(operation);
  RemoveCgroup();
  exit(125);
}

static int OpenAt(int dir, const char* file) {
  int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) Die(file);
  return fd;
}

// Makes the cgroup and returns a descriptor of its folder.
static int MakeCgroup(int on_v2) {
  snprintf(cgroup, sizeof cgroup, "/sys/fs/cgroup/%sslipway-bench-floor-%d", on_v2 ? "" : "pids/",
           getpid());
  if (mkdir(cgroup, 0755) != 0) {
    perror(cgroup);
    exit(125);
  }
  int dir = open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) Die(cgroup);
  int max = OpenAt(dir, "pids.max");
  if (write(max, kPidsMax, sizeof kPidsMax - 1) < 0) Die("floor: write pids.max");
  close(max);
  return dir;
}

// Returns only to please its type.
static int EnterContainer(void* argument) {
  const struct Container* container = argument;
  // "0" is the writer: v1 has no birth into a cgroup. In tasks, and not in cgroup.procs, it need
  // not wait until no process of the machine forks or ends.
  if (container->tasks >= 0 && write(container->tasks, "0", 1) != 1) DieInChild("floor: join");
  if (sethostname(kHostname, sizeof kHostname - 1) != 0) DieInChild("floor: sethostname");
  if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) != 0) DieInChild("floor: make private");
  if (mount(container->root, container->root, NULL, MS_BIND | MS_REC, NULL) != 0) {
    DieInChild("floor: bind root");
  }
  if (chdir(container->root) != 0) DieInChild("floor: chdir root");
  // The old root lands on top of the new one and comes off at once: no folder
  // has to be made for it (pivot_root(2), "pivot_root(".", ".")").
  if (syscall(SYS_pivot_root, ".", ".") != 0) DieInChild("floor: pivot_root");
  if (umount2(".", MNT_DETACH) != 0) DieInChild("floor: umount old root");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
    DieInChild("floor: mount proc");
  }
  if (chdir("/") != 0) DieInChild("floor: chdir");
  if (container->init) RunBelowInit(container->command);
  execv(container->command[0], container->command);
  DieInChild(container->command[0]);
  return 125;
}

// clone3(2) for a child that runs `function` on a stack of its own: C has no way to say that, and
// the C library's clone(3) cannot make a child in a cgroup.
static pid_t CloneSharing(struct clone_args* args, int (*function)(void*), void* argument) {
#ifdef __x86_64__
  args->flags |= CLONE_VM | CLONE_VFORK;
  args->stack = (uint64_t)(uintptr_t)stack;
  args->stack_size = sizeof stack;
  long result = SYS_clone3;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "mov %[argument], %%rdi\n\t"
      "call *%[function]\n"
      "1:"
      : "+a"(result)
      : "D"(args), "S"(sizeof *args), [function] "r"(function), [argument] "r"(argument)
      : "rcx", "r11", "memory");
  return (pid_t)result;
#else
  pid_t result = (pid_t)syscall(SYS_clone3, args, sizeof *args);
  if (result == 0) function(argument);
  return result;
#endif
}

int main(int argc, char** argv) {
  char** rest = argv + (argc > 0);
  int with_cgroup = !Take(&rest, "--no-cgroup");
  int with_init = Take(&rest, "--init");
  if (argv + argc - rest < 2) {
    fputs("usage: floor [--no-cgroup] [--init] ROOT COMMAND [ARG...]\n", stderr);
    return 125;
  }

  struct Container container = {
      .root = rest[0], .command = rest + 1, .tasks = -1, .init = with_init};
  struct clone_args args = {
      .flags = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS,
      .exit_signal = SIGCHLD,
  };
  if (with_cgroup) {
    struct statfs fs;
    if (statfs("/sys/fs/cgroup", &fs) != 0) Die("floor: statfs /sys/fs/cgroup");
    int on_v2 = fs.f_type == CGROUP2_SUPER_MAGIC;
    int dir = MakeCgroup(on_v2);
    if (on_v2) {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup = (uint64_t)dir;
    } else {
      container.tasks = OpenAt(dir, "tasks");
    }
  }

  pid_t child = (with_init ? CloneCopy : CloneSharing)(&args, EnterContainer, &container);
  if (child < 0) Die("floor: clone3");
  int status;
  if (waitpid(child, &status, 0) < 0) Die("floor: waitpid");
  RemoveCgroup();
  return StatusOf(status);
}
