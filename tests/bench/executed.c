// Tells which code a command executes, in the order of its first use.
//
//   executed FILE COMMAND [ARG...]
//
// Single-steps the command, and each process that it makes up to that one's own exec, by ptrace(2),
// which takes some seconds. What such an exec has begun stands still until the others wait, as it
// takes longer than they do where nobody looks on. FILE gets a line for each instruction: the
// mapped file that it is of, and its offset in that, in hexadecimal. Exits with the command's
// status.

#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  kMaxMappings = 256,
  kMaxPath = 256,
  kMaxHeld = 16,
  kSlots = 1 << 19,
  kFailed = 125,
  kQuietMs = 200,  // without a step: they wait
};

struct Mapping {
  uint64_t begin;
  uint64_t end;
  uint64_t offset;
  char path[kMaxPath];
};

static struct Mapping mappings[kMaxMappings];
static int mapping_count;
static uint64_t seen[kSlots];  // a hash table of addresses; 0: free
static pid_t held[kMaxHeld];   // that stand still
static int held_count;
static FILE* out;

static void Fail(const char* what) {
  fprintf(stderr, "executed: %s: %s\n", what, strerror(errno));
  exit(kFailed);
}

static void ReadMappings(pid_t pid) {
  char name[64];
  char line[kMaxPath + 128];
  snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
  FILE* maps = fopen(name, "re");
  if (maps == NULL) Fail(name);
  mapping_count = 0;
  while (mapping_count < kMaxMappings && fgets(line, sizeof(line), maps) != NULL) {
    struct Mapping* one = &mappings[mapping_count];
    char rights[8];
    const int count = sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %*s %255s",
                             &one->begin, &one->end, rights, &one->offset, one->path);
    if (count == 5 && rights[2] == 'x' && one->path[0] == '/') ++mapping_count;
  }
  fclose(maps);
}

static const struct Mapping* Find(uint64_t address) {
  for (int i = 0; i < mapping_count; ++i) {
    if (address >= mappings[i].begin && address < mappings[i].end) return &mappings[i];
  }
  return NULL;
}

static bool IsNew(uint64_t address) {
  static unsigned used;
  uint64_t slot = (address * 0x9E3779B97F4A7C15U) % kSlots;
  while (seen[slot] != 0 && seen[slot] != address) slot = (slot + 1) % kSlots;
  if (seen[slot] == address) return false;
  if (++used == kSlots) {
    errno = ENOSPC;
    Fail("remember the instructions");
  }
  seen[slot] = address;
  return true;
}

static void Note(pid_t pid) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) != 0) return;
  const uint64_t address = registers.rip;
  if (!IsNew(address)) return;
  if (Find(address) == NULL) ReadMappings(pid);
  const struct Mapping* mapping = Find(address);
  if (mapping == NULL) return;  // the kernel's, as the vDSO is
  fprintf(out, "%s %" PRIx64 "\n", mapping->path, address - mapping->begin + mapping->offset);
}

static void Step(pid_t pid, int signal) { ptrace(PTRACE_SINGLESTEP, pid, NULL, (long)signal); }

static void Hold(pid_t pid) {
  if (held_count == kMaxHeld) {
    errno = ENOSPC;
    Fail("hold a process");
  }
  held[held_count++] = pid;
}

static void LetGo(void) {
  while (held_count > 0) ptrace(PTRACE_DETACH, held[--held_count], NULL, NULL);
}

static void Interrupt(int signal) { (void)signal; }

static void SetTimer(int ms) {
  const struct itimerval timer = {{0, ms * 1000}, {0, ms * 1000}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

// To the end of the command; its wait(2) status.
static int Follow(pid_t command) {
  const struct sigaction interrupt = {.sa_handler = Interrupt};  // without SA_RESTART
  sigaction(SIGALRM, &interrupt, NULL);
  while (true) {
    int status = 0;
    if (held_count > 0) SetTimer(kQuietMs);
    const pid_t pid = waitpid(-1, &status, __WALL);
    if (held_count > 0) SetTimer(0);
    if (pid < 0 && errno == EINTR) {
      LetGo();
      continue;
    }
    if (pid < 0) Fail("wait for the command");
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid == command) return status;
      continue;
    }
    const int signal = WSTOPSIG(status);
    if (status >> 16 == PTRACE_EVENT_EXEC && pid != command) {
      Hold(pid);
    } else if (status >> 16 != 0 || signal == SIGSTOP) {
      Step(pid, 0);
    } else if (signal == SIGTRAP) {
      Note(pid);
      Step(pid, 0);
    } else {
      Step(pid, signal);
    }
  }
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fputs("usage: executed FILE COMMAND [ARG...]\n", stderr);
    return kFailed;
  }
  // All of them on one CPU: a step takes a quarter of the time then.
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  sched_setaffinity(0, sizeof(one), &one);
  out = fopen(argv[1], "we");
  if (out == NULL) Fail(argv[1]);
  const pid_t command = fork();
  if (command < 0) Fail("fork");
  if (command == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execv(argv[2], argv + 2);
    Fail(argv[2]);
  }
  int status = 0;
  if (waitpid(command, &status, 0) != command || !WIFSTOPPED(status)) Fail("trace the command");
  ptrace(PTRACE_SETOPTIONS, command, NULL,
         PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEFORK |
             PTRACE_O_TRACEEXEC);
  Step(command, 0);
  status = Follow(command);
  if (fclose(out) != 0) Fail(argv[1]);
  return WIFEXITED(status) ? WEXITSTATUS(status) : kFailed;
}
