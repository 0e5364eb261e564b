// A command that wants to make use of its init, PID 1: it looks into it, and acts as it by
// ptrace(2). Prints what it has got, a line for each thing; hostile_init_test.cc knows what is
// right.
//
//   init_probe compare          where the init has other rights, limits or surroundings than itself
//   init_probe look REVERSED    what can be read of the init; is the text in its memory?
//   init_probe act              system calls as the init
//   init_probe overwrite        the init's program

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void Die(const char* what) {
  printf("%s: %s\n", what, strerror(errno));
  exit(1);
}

// Returns how much was read, at most size - 1; the rest is zeros.
static size_t Read(const char* who, const char* file, char* text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", who, file);
  memset(text, 0, size);
  int fd = open(path, O_RDONLY);
  if (fd < 0) Die(path);
  size_t length = 0;
  ssize_t got;
  while ((got = read(fd, text + length, size - 1 - length)) > 0) length += (size_t)got;
  close(fd);
  return length;
}

// Compares.

static void CompareFile(const char* file) {
  static char init[65536], own[65536];
  Read("1", file, init, sizeof init);
  Read("self", file, own, sizeof own);
  if (strcmp(init, own) != 0) printf("differs: %s\n", file);
}

static void CompareLink(const char* name) {
  char path[64], init[256] = "", own[256] = "";
  snprintf(path, sizeof path, "/proc/1/%s", name);
  if (readlink(path, init, sizeof init - 1) < 0) Die(path);
  snprintf(path, sizeof path, "/proc/self/%s", name);
  if (readlink(path, own, sizeof own - 1) < 0) Die(path);
  if (strcmp(init, own) != 0) printf("differs: %s\n", name);
}

static void CompareStatus(const char* field) {
  char init[8192], own[8192];
  Read("1", "status", init, sizeof init);
  Read("self", "status", own, sizeof own);
  const char* at = strstr(init, field);
  const char* own_at = strstr(own, field);
  if (at == NULL || own_at == NULL) {
    printf("missing: %s\n", field);
  } else if (strncmp(at, own_at, strcspn(at, "\n") + 1) != 0) {
    printf("differs: %s\n", field);
  }
}

static void Compare(void) {
  const char* const fields[] = {
      "\nUid:",    "\nGid:",    "\nGroups:",     "\nCapInh:",  "\nCapPrm:", "\nCapEff:",
      "\nCapBnd:", "\nCapAmb:", "\nNoNewPrivs:", "\nSeccomp:", "\nUmask:",  "\nCpus_allowed:"};
  const char* const files[] = {"limits", "cgroup", "mountinfo", "oom_score_adj"};
  const char* const links[] = {"root",   "cwd",     "ns/mnt", "ns/pid",   "ns/uts",
                               "ns/ipc", "ns/user", "ns/net", "ns/cgroup"};
  for (size_t i = 0; i < COUNT(fields); ++i) CompareStatus(fields[i]);
  for (size_t i = 0; i < COUNT(files); ++i) CompareFile(files[i]);
  for (size_t i = 0; i < COUNT(links); ++i) CompareLink(links[i]);
  puts("compared");
}

// Looks.

// It closes the channel a moment after the command has begun to run.
static int CountDescriptors(void) {
  int count = 0;
  DIR* folder = opendir("/proc/1/fd");
  if (folder == NULL) Die("/proc/1/fd");
  for (struct dirent* entry; (entry = readdir(folder)) != NULL;) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static int Holds(const char* bytes, size_t size, const char* reversed) {
  const size_t length = strlen(reversed);
  for (size_t at = 0; at + length <= size; ++at) {
    size_t i = 0;
    while (i < length && bytes[at + i] == reversed[length - 1 - i]) ++i;
    if (i == length) return 1;
  }
  return 0;
}

// The text comes reversed, because the init knows the command's arguments.
static void Look(const char* reversed) {
  static char text[65536];
  while (CountDescriptors() > 3) sched_yield();
  printf("descriptors: %d\n", CountDescriptors());
  printf("environment: %zu bytes\n", Read("1", "environ", text, sizeof text));
  Read("1", "maps", text, sizeof text);
  int memory = open("/proc/1/mem", O_RDONLY);
  if (memory < 0) Die("/proc/1/mem");
  size_t seen = 0;
  int found = 0;
  for (char* line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    unsigned long begin, end;
    if (sscanf(line, "%lx-%lx", &begin, &end) != 2) continue;
    static char page[4096];
    for (; begin < end; begin += sizeof page) {
      if (pread(memory, page, sizeof page, (off_t)begin) != sizeof page) continue;
      seen += sizeof page;
      found |= Holds(page, sizeof page, reversed);
    }
  }
  printf("memory: %s, the secret %s\n", seen > 4096 ? "read" : "unreadable",
         found ? "is there" : "is not there");
}

// Acts.

static void AwaitStop(void) {
  int status;
  if (waitpid(1, &status, __WALL) != 1 || !WIFSTOPPED(status)) Die("wait for the init");
}

#ifdef __x86_64__

// The instruction before the one that it is stopped at is its `syscall`.
static long CallAsInit(long number, long a, long b) {
  struct user_regs_struct before, regs;
  if (ptrace(PTRACE_GETREGS, 1, 0, &before) != 0) Die("PTRACE_GETREGS");
  regs = before;
  regs.rip -= 2;
  regs.orig_rax = ~0ULL;
  regs.rax = (unsigned long)number;
  regs.rdi = (unsigned long)a;
  regs.rsi = (unsigned long)b;
  if (ptrace(PTRACE_SETREGS, 1, 0, &regs) != 0) Die("PTRACE_SETREGS");
  if (ptrace(PTRACE_SINGLESTEP, 1, 0, 0) != 0) Die("PTRACE_SINGLESTEP");
  AwaitStop();
  if (ptrace(PTRACE_GETREGS, 1, 0, &regs) != 0) Die("PTRACE_GETREGS");
  if (ptrace(PTRACE_SETREGS, 1, 0, &before) != 0) Die("PTRACE_SETREGS");
  return (long)regs.rax;
}

#else

static long CallAsInit(long number, long a, long b) {
  (void)number, (void)a, (void)b;
  errno = ENOSYS;
  Die("this processor's registers are not known");
  return 0;
}

#endif

static void Act(void) {
  while (CountDescriptors() > 3) sched_yield();
  if (ptrace(PTRACE_SEIZE, 1, 0, 0) != 0) Die("PTRACE_SEIZE");
  if (ptrace(PTRACE_INTERRUPT, 1, 0, 0) != 0) Die("PTRACE_INTERRUPT");
  AwaitStop();
  printf("acts as process %ld\n", CallAsInit(SYS_getpid, 0, 0));
  int open = 0;
  for (int fd = 3; fd < 1024; ++fd) open += CallAsInit(SYS_fcntl, fd, F_GETFD) >= 0;
  printf("descriptors besides the standard ones: %d\n", open);
  const long keyring = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
  const long of_init = CallAsInit(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING);
  printf("session keyring: %s\n", keyring == of_init ? "the same" : "another");
  printf("parent: %ld\n", CallAsInit(SYS_getppid, 0, 0));
  if (ptrace(PTRACE_DETACH, 1, 0, 0) != 0) Die("PTRACE_DETACH");
}

// Overwrites.

static void Overwrite(void) {
  static char before[8192], after[8192];
  const size_t size = Read("1", "exe", before, sizeof before);
  const int flags[] = {O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC};
  for (size_t i = 0; i < COUNT(flags); ++i) {
    int fd = open("/proc/1/exe", flags[i]);
    if (fd >= 0 && write(fd, "x", 1) == 1) puts("written");
    if (fd >= 0) close(fd);
  }
  // By ptrace it gets a copy of the page.
  if (ptrace(PTRACE_ATTACH, 1, 0, 0) != 0) Die("PTRACE_ATTACH");
  AwaitStop();
  const long word = ptrace(PTRACE_PEEKTEXT, 1, 0x400000, 0);
  if (ptrace(PTRACE_POKETEXT, 1, 0x400000, ~word) != 0) Die("PTRACE_POKETEXT");
  const size_t now = Read("1", "exe", after, sizeof after);
  puts(size > 0 && now == size && memcmp(before, after, size) == 0 ? "program: as it was"
                                                                   : "program: changed");
  if (ptrace(PTRACE_DETACH, 1, 0, 0) != 0) Die("PTRACE_DETACH");
}

int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char* what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "compare") == 0) {
    Compare();
  } else if (strcmp(what, "look") == 0 && argc == 3) {
    Look(argv[2]);
  } else if (strcmp(what, "act") == 0) {
    Act();
  } else if (strcmp(what, "overwrite") == 0) {
    Overwrite();
  } else {
    return 2;
  }
  return 7;
}
