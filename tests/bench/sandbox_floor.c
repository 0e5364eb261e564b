// The floor of the table of configs/sandbox.yaml: the system calls that a start of it needs, and
// nothing else. See floor.c; what is mounted, hidden and refused is written down here once more.
//
//   sandbox_floor [--no-cgroup] [--subordinate-ids] FILTER PROGRAM
//
// Runs PROGRAM, a static one, as /noop in the sandbox. As root its ids are 65536 of the machine's
// from 2000000000 on, else it has the caller's alone, or the caller as root and behind it the
// subordinate ones from 2000000000 on, by newuidmap(1) and newgidmap(1). FILTER: instructions of
// seccomp(2), as they lie in memory.

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/floor_init.h"

enum { kMaxCgroups = 2, kMaxFilter = 4096, kLastCapability = 40 };

struct Sandbox {
  const char* program;
  int has_ids;    // of its own, root's among them
  int parked[2];  // a pipe: the maps are written
  int cgroups;    // of which version it has its own; 0: none
  int tasks[kMaxCgroups];
  struct sock_fprog filter;
};

static char cgroups[kMaxCgroups][64];

static void RemoveCgroups(void) {
  for (int i = 0; i < kMaxCgroups; ++i) {
    if (cgroups[i][0] != '\0' && rmdir(cgroups[i]) != 0) perror("floor: rmdir cgroup");
  }
}

static void Die(const char* operation) {
  perror(operation);
  RemoveCgroups();
  exit(125);
}

static void Write(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) Die(path);
  close(fd);
}

static void WriteIn(const char* folder, const char* file, const char* text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  Write(path, text);
}

// --- the host's part

static void MakeCgroup(int index, const char* below) {
  snprintf(cgroups[index], sizeof cgroups[index], "/sys/fs/cgroup/%sslipway-bench-floor-%d", below,
           getpid());
  if (mkdir(cgroups[index], 0755) != 0) Die("floor: mkdir cgroup");
}

static int Tasks(int index) {
  char path[160];
  snprintf(path, sizeof path, "%s/tasks", cgroups[index]);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) Die(path);
  return fd;
}

static void MakeCgroups(struct Sandbox* sandbox, struct clone_args* args) {
  struct statfs fs;
  if (statfs("/sys/fs/cgroup", &fs) != 0) Die("floor: statfs /sys/fs/cgroup");
  sandbox->cgroups = fs.f_type == CGROUP2_SUPER_MAGIC ? 2 : 1;
  if (sandbox->cgroups == 2) {
    MakeCgroup(0, "");
    WriteIn(cgroups[0], "pids.max", "256");
    WriteIn(cgroups[0], "memory.max", "2147483648");
    args->flags |= CLONE_INTO_CGROUP;
    args->cgroup = (uint64_t)open(cgroups[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
    return;
  }
  MakeCgroup(0, "pids/");
  MakeCgroup(1, "memory/");
  WriteIn(cgroups[0], "pids.max", "256");
  WriteIn(cgroups[1], "memory.limit_in_bytes", "2147483648");
  for (int i = 0; i < kMaxCgroups; ++i) sandbox->tasks[i] = Tasks(i);
}

static void WriteMaps(pid_t child) {
  char folder[32], map[64];
  snprintf(folder, sizeof folder, "/proc/%d", child);
  if (geteuid() == 0) {
    WriteIn(folder, "uid_map", "0 2000000000 65536");
    WriteIn(folder, "gid_map", "0 2000000000 65536");
    return;
  }
  WriteIn(folder, "setgroups", "deny");
  snprintf(map, sizeof map, "%u %u 1", geteuid(), geteuid());
  WriteIn(folder, "uid_map", map);
  snprintf(map, sizeof map, "%u %u 1", getegid(), getegid());
  WriteIn(folder, "gid_map", map);
}

// Both helpers at once.
static void WriteMapsByHelpers(pid_t child) {
  static const char* kHelpers[] = {"/usr/bin/newuidmap", "/usr/bin/newgidmap"};
  char pid[16], own[16];
  snprintf(pid, sizeof pid, "%d", child);
  for (int i = 0; i < 2; ++i) {
    snprintf(own, sizeof own, "%u", i == 0 ? geteuid() : getegid());
    if (vfork() != 0) continue;
    execl(kHelpers[i], kHelpers[i], pid, "0", own, "1", "1", "2000000000", "65536", (char*)NULL);
    DieInChild(kHelpers[i]);
  }
  for (int i = 0; i < 2; ++i) {
    int status;
    if (wait(&status) < 0 || status != 0) Die("floor: a helper");
  }
}

static void ReadFilter(const char* path, struct sock_fprog* filter) {
  static struct sock_filter instructions[kMaxFilter];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = read(fd, instructions, sizeof instructions);
  if (size <= 0) Die(path);
  close(fd);
  filter->filter = instructions;
  filter->len = (unsigned short)((size_t)size / sizeof *instructions);
}

// --- the child's part

static void Must(long result, const char* operation) {
  if (result < 0) DieInChild(operation);
}

static void Restrict(const char* path, uint64_t attributes) {
  struct mount_attr attr = {.attr_set = attributes};
  Must(syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof attr), path);
}

static const uint64_t kReadonly = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;

static void BindFolder(const char* source, const char* target) {
  Must(mkdir(target, 0755), target);
  Must(mount(source, target, NULL, MS_BIND | MS_REC, NULL), source);
  Restrict(target, kReadonly | MOUNT_ATTR_NODEV);
}

static void BindFile(const char* source, const char* target, uint64_t attributes) {
  int fd = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  Must(fd, target);
  close(fd);
  Must(mount(source, target, NULL, MS_BIND, NULL), source);
  Restrict(target, attributes);
}

static void Mount(const char* type, const char* target, unsigned long flags, const char* options) {
  Must(mkdir(target, 0755), target);
  Must(mount(type, target, type, flags, options), target);
}

static void BringUpLoopback(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  Must(fd, "floor: socket");
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  Must(ioctl(fd, SIOCSIFFLAGS, &request), "floor: bring up lo");
  close(fd);
}

// Its own cgroups, as /sys/fs/cgroup shows them.
static void MountCgroups(int version) {
  static const unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (version == 0) return;
  if (version == 2) {
    Must(mount("cgroup2", "sys/fs/cgroup", "cgroup2", kFlags | MS_RDONLY, NULL), "floor: cgroup2");
    return;
  }
  Must(mount("tmpfs", "sys/fs/cgroup", "tmpfs", kFlags, "mode=755,size=4k"), "floor: cgroups");
  Mount("cgroup", "sys/fs/cgroup/memory", kFlags | MS_RDONLY, "memory");
  Mount("cgroup", "sys/fs/cgroup/pids", kFlags | MS_RDONLY, "pids");
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
  Must(syscall(SYS_mount_setattr, AT_FDCWD, "sys/fs/cgroup", 0, &attr, sizeof attr),
       "floor: cgroups read-only");
}

// The new root is put together at /mnt of the host.
static void MountFiles(const struct Sandbox* sandbox) {
  static const char* kFolders[] = {"usr", "bin", "lib", "lib64", "sbin"};
  static const char* kFiles[] = {"group", "ld.so.cache", "localtime", "nsswitch.conf", "passwd"};
  char source[64];
  Must(mount("tmpfs", "/mnt", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m"), "floor: root");
  Must(chdir("/mnt"), "floor: chdir root");
  for (size_t i = 0; i < sizeof kFolders / sizeof *kFolders; ++i) {
    snprintf(source, sizeof source, "/%s", kFolders[i]);
    BindFolder(source, kFolders[i]);
  }
  BindFile(sandbox->program, "noop", kReadonly);
  Must(mkdir("etc", 0755), "floor: mkdir etc");
  BindFolder("/etc/alternatives", "etc/alternatives");
  for (size_t i = 0; i < sizeof kFiles / sizeof *kFiles; ++i) {
    char target[64];
    snprintf(source, sizeof source, "/etc/%s", kFiles[i]);
    snprintf(target, sizeof target, "etc/%s", kFiles[i]);
    BindFile(source, target, kReadonly | MOUNT_ATTR_NODEV);
  }
  Mount("tmpfs", "tmp", MS_NOSUID | MS_NODEV, "mode=1777,size=512m");
  Mount("tmpfs", "run", MS_NOSUID | MS_NODEV, "mode=755,size=1m");
  Mount("proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  Mount("sysfs", "sys", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL);
  MountCgroups(sandbox->cgroups);
}

static void MountDevices(void) {
  static const char* kDevices[] = {"null", "zero", "full", "random", "urandom", "tty"};
  static const char* kLinks[][2] = {{"/proc/self/fd", "dev/fd"},
                                    {"/proc/self/fd/0", "dev/stdin"},
                                    {"/proc/self/fd/1", "dev/stdout"},
                                    {"/proc/self/fd/2", "dev/stderr"},
                                    {"pts/ptmx", "dev/ptmx"}};
  Mount("tmpfs", "dev", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k");
  for (size_t i = 0; i < sizeof kDevices / sizeof *kDevices; ++i) {
    char source[32], target[32];
    snprintf(source, sizeof source, "/dev/%s", kDevices[i]);
    snprintf(target, sizeof target, "dev/%s", kDevices[i]);
    BindFile(source, target, kReadonly | MOUNT_ATTR_NOEXEC);
  }
  for (size_t i = 0; i < sizeof kLinks / sizeof *kLinks; ++i) {
    Must(symlink(kLinks[i][0], kLinks[i][1]), kLinks[i][1]);
  }
  Mount("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
  Mount("tmpfs", "dev/shm", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=64m");
  Mount("mqueue", "dev/mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static void Cover(void) {
  static const char* kReadonlyPaths[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys",
                                         "proc/sysrq-trigger"};
  static const char* kMasked[] = {"proc/acpi", "proc/interrupts", "proc/kcore",
                                  "proc/keys", "proc/timer_list", "sys/firmware"};
  struct stat info;
  for (size_t i = 0; i < sizeof kReadonlyPaths / sizeof *kReadonlyPaths; ++i) {
    if (stat(kReadonlyPaths[i], &info) != 0) continue;
    Must(mount(kReadonlyPaths[i], kReadonlyPaths[i], NULL, MS_BIND | MS_REC, NULL),
         kReadonlyPaths[i]);
    Restrict(kReadonlyPaths[i], MOUNT_ATTR_RDONLY);
  }
  for (size_t i = 0; i < sizeof kMasked / sizeof *kMasked; ++i) {
    if (stat(kMasked[i], &info) != 0) continue;
    if (S_ISDIR(info.st_mode)) {
      Must(mount("tmpfs", kMasked[i], "tmpfs", MS_RDONLY, NULL), kMasked[i]);
    } else {
      Must(mount("/dev/null", kMasked[i], NULL, MS_BIND, NULL), kMasked[i]);
      Restrict(kMasked[i], MOUNT_ATTR_RDONLY);
    }
  }
}

static void EnterRoot(void) {
  // See floor.c.
  Must(syscall(SYS_pivot_root, ".", "."), "floor: pivot_root");
  Must(umount2(".", MNT_DETACH), "floor: umount old root");
  Must(chdir("/tmp"), "floor: chdir");
}

static void AllowBelow(int ruleset, const char* path, uint64_t rights) {
  struct landlock_path_beneath_attr rule = {.allowed_access = rights,
                                            .parent_fd = open(path, O_PATH | O_CLOEXEC)};
  Must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0), path);
  close(rule.parent_fd);
}

// landlock(7), as far as Linux 5.13 has it: no device file is made.
static void RestrictFiles(void) {
  static const uint64_t kDevices = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
  struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1};
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
  Must(ruleset, "floor: landlock");
  AllowBelow(ruleset, "/", attr.handled_access_fs & ~kDevices);
  AllowBelow(ruleset, "/dev", attr.handled_access_fs & ~kDevices);
  Must(syscall(SYS_landlock_restrict_self, ruleset, 0), "floor: landlock");
}

static void GiveUpRights(const struct sock_fprog* filter) {
  struct rlimit none = {0, 0}, tasks = {256, 256};
  Must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL), "floor: keyctl");
  Must(setrlimit(RLIMIT_CORE, &none), "floor: setrlimit");
  Must(setrlimit(RLIMIT_NPROC, &tasks), "floor: setrlimit");
  for (int capability = 0; capability <= kLastCapability; ++capability) {
    Must(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "floor: drop from the bounding set");
  }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct nothing[2] = {0};
  Must(syscall(SYS_capset, &header, nothing), "floor: capset");
  Must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "floor: no_new_privs");
  RestrictFiles();
  Must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter), "floor: seccomp");
}

// Returns only to please its type.
static int EnterSandbox(void* argument) {
  const struct Sandbox* sandbox = argument;
  char* command[] = {"/noop", NULL};
  char byte;
  close(sandbox->parked[1]);
  if (read(sandbox->parked[0], &byte, 1) != 1) DieInChild("floor: wait for the maps");
  if (sandbox->has_ids) {
    Must(syscall(SYS_setgroups, 0, NULL), "floor: setgroups");
    Must(syscall(SYS_setresgid, 0, 0, 0), "floor: setresgid");
    Must(syscall(SYS_setresuid, 0, 0, 0), "floor: setresuid");
  }
  for (int i = 0; i < kMaxCgroups; ++i) {
    if (sandbox->tasks[i] >= 0) Must(write(sandbox->tasks[i], "0", 1), "floor: join");
  }
  Must(unshare(CLONE_NEWCGROUP | CLONE_NEWTIME), "floor: unshare");
  Must(sethostname("sandbox", 7), "floor: sethostname");
  BringUpLoopback();
  Must(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL), "floor: make private");
  MountFiles(sandbox);
  MountDevices();
  Cover();
  EnterRoot();
  GiveUpRights(&sandbox->filter);
  RunBelowInit(command);
  return 125;
}

int main(int argc, char** argv) {
  char** rest = argv + (argc > 0);
  struct Sandbox sandbox = {.tasks = {-1, -1}};
  struct clone_args args = {
      .flags =
          CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS,
      .exit_signal = SIGCHLD,
  };
  int with_cgroup = !Take(&rest, "--no-cgroup");
  int by_helpers = Take(&rest, "--subordinate-ids");
  if (argv + argc - rest != 2) {
    fputs("usage: sandbox_floor [--no-cgroup] [--subordinate-ids] FILTER PROGRAM\n", stderr);
    return 125;
  }
  ReadFilter(rest[0], &sandbox.filter);
  sandbox.program = rest[1];
  sandbox.has_ids = by_helpers || geteuid() == 0;
  if (with_cgroup) MakeCgroups(&sandbox, &args);
  if (pipe2(sandbox.parked, O_CLOEXEC) != 0) Die("floor: pipe");
  pid_t child = CloneCopy(&args, EnterSandbox, &sandbox);
  if (child < 0) Die("floor: clone3");
  if (by_helpers) {
    WriteMapsByHelpers(child);
  } else {
    WriteMaps(child);
  }
  if (write(sandbox.parked[1], "", 1) != 1) Die("floor: release");
  int status;
  if (waitpid(child, &status, 0) < 0) Die("floor: waitpid");
  RemoveCgroups();
  return StatusOf(status);
}
