// The floor of the speed table: the system calls that a start of the pipeline
// uts + pid + mount + proc + pids cgroup needs, and nothing else. No options
// are parsed, no file is read, nothing can be changed: what a runtime costs
// above this program is its own cost.
//
//   floor [--no-cgroup] ROOT COMMAND [ARG...]
//
// Exits with the command's status, 128+N for signal N, 125 for its own errors.

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

static const char kHostname[] = "container";
static const char kPidsMax[] = "20";

static char cgroup[64];

static void RemoveCgroup(void) {
  if (cgroup[0] != '\0' && rmdir(cgroup) != 0) perror("floor: rmdir cgroup");
}

// `_exit`, because the child has a copy of everything and owns none of it.
static void DieInChild(const char* operation) {
  perror(operation);
  _exit(125);
}

static void Die(const char* operation) {
  perror(operation);
  RemoveCgroup();
  exit(125);
}

static void WriteAt(int dir, const char* file, const char* text) {
  int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) Die(file);
  close(fd);
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
  WriteAt(dir, "pids.max", kPidsMax);
  return dir;
}

static void EnterContainer(const char* root, char** command) {
  if (sethostname(kHostname, sizeof kHostname - 1) != 0) DieInChild("floor: sethostname");
  if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) != 0) DieInChild("floor: make private");
  if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) != 0) DieInChild("floor: bind root");
  if (chdir(root) != 0) DieInChild("floor: chdir root");
  // The old root lands on top of the new one and comes off at once: no folder
  // has to be made for it (pivot_root(2), "pivot_root(".", ".")").
  if (syscall(SYS_pivot_root, ".", ".") != 0) DieInChild("floor: pivot_root");
  if (umount2(".", MNT_DETACH) != 0) DieInChild("floor: umount old root");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
    DieInChild("floor: mount proc");
  }
  if (chdir("/") != 0) DieInChild("floor: chdir");
  execv(command[0], command);
  DieInChild(command[0]);
}

int main(int argc, char** argv) {
  int with_cgroup = argc < 2 || strcmp(argv[1], "--no-cgroup") != 0;
  char** rest = argv + (with_cgroup ? 1 : 2);
  if (argv + argc - rest < 2) {
    fputs("usage: floor [--no-cgroup] ROOT COMMAND [ARG...]\n", stderr);
    return 125;
  }

  struct clone_args args = {
      .flags = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS,
      .exit_signal = SIGCHLD,
  };
  int cgroup_dir = -1;
  int gate[2];
  int parks = 0;
  if (with_cgroup) {
    struct statfs fs;
    if (statfs("/sys/fs/cgroup", &fs) != 0) Die("floor: statfs /sys/fs/cgroup");
    int on_v2 = fs.f_type == CGROUP2_SUPER_MAGIC;
    cgroup_dir = MakeCgroup(on_v2);
    if (on_v2) {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup = (uint64_t)cgroup_dir;
    } else {
      // Only v1 needs a parked child: no task can be born into a v1 cgroup.
      parks = 1;
      if (pipe2(gate, O_CLOEXEC) != 0) Die("floor: pipe2");
    }
  }

  pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (child < 0) Die("floor: clone3");
  if (child == 0) {
    if (parks) {
      char go;
      close(gate[1]);
      if (read(gate[0], &go, 1) != 1) _exit(125);
    }
    EnterContainer(rest[0], rest + 1);
  }

  if (parks) {
    char pid[16];
    snprintf(pid, sizeof pid, "%d", child);
    WriteAt(cgroup_dir, "cgroup.procs", pid);
    // Without the reader's end here a dead child gives EPIPE, not a hang.
    close(gate[0]);
    if (write(gate[1], "", 1) != 1) Die("floor: release child");
  }

  int status;
  if (waitpid(child, &status, 0) < 0) Die("floor: waitpid");
  RemoveCgroup();
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
