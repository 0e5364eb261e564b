/* A process outside: the test tells its number, and what is in its environment. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* 0 would mean this process itself. */
static pid_t Victim(void) {
  const pid_t pid = atoi(Given("victim"));
  return pid > 0 ? pid : 0x3fffff;
}

static int Kill(const char* unused) {
  (void)unused;
  return Did(kill(Victim(), 0));
}

static int OpenPidfd(const char* unused) {
  (void)unused;
  return Opened(syscall(SYS_pidfd_open, Victim(), 0));
}

static int Trace(const char* unused) {
  (void)unused;
  const int outcome = Did(ptrace(PTRACE_SEIZE, Victim(), NULL, NULL));
  if (outcome == 0) ptrace(PTRACE_DETACH, Victim(), NULL, NULL);
  return outcome;
}

/* EFAULT: the right to do so was there, and nothing at that address. */
static int ReadMemory(const char* unused) {
  (void)unused;
  char byte;
  const struct iovec here = {&byte, 1};
  const struct iovec there = {NULL, 1};
  const int outcome = Did(process_vm_readv(Victim(), &here, 1, &there, 1, 0));
  return outcome == EFAULT ? 0 : outcome;
}

static int WriteMemory(const char* unused) {
  (void)unused;
  char byte = 0;
  const struct iovec here = {&byte, 1};
  const struct iovec there = {NULL, 1};
  const int outcome = Did(process_vm_writev(Victim(), &here, 1, &there, 1, 0));
  return outcome == EFAULT ? 0 : outcome;
}

static int Compare(const char* unused) {
  (void)unused;
  return Did(syscall(SYS_kcmp, getpid(), Victim(), 2, 0, 0));
}

static int Limit(const char* unused) {
  (void)unused;
  struct rlimit limit;
  return Did(prlimit(Victim(), RLIMIT_NOFILE, NULL, &limit));
}

static int OpenOf(const char* name) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%s/%s", Given("victim"), name);
  return OpenToRead(path);
}

static int SecretThroughRoot(const char* unused) {
  (void)unused;
  char path[4096];
  snprintf(path, sizeof(path), "/proc/%s/root%s", Given("victim"), Given("secret"));
  return OpenToRead(path);
}

/* Whatever number it has here: does any process have the test's secret in its environment? */
static int FindEnvironment(const char* unused) {
  (void)unused;
  for (int pid = 1; pid < 32768; ++pid) {
    char path[64];
    char text[65536];
    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    const int file = open(path, O_RDONLY);
    if (file == -1) continue;
    const ssize_t size = read(file, text, sizeof(text));
    close(file);
    if (size > 0 && memmem(text, (size_t)size, "HOSTILE_SECRET=", 15)) return 0;
  }
  return ENOENT;
}

/* The runtime's program, which could be overwritten once it has ended: by any process in sight that
   executes it, or any other that can be written to. */
static int FindProgram(const char* unused) {
  (void)unused;
  int outcome = ENOENT;
  for (int pid = 1; pid < 32768; ++pid) {
    char path[64];
    char program[4096];
    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    const ssize_t size = readlink(path, program, sizeof(program) - 1);
    if (size < 0) continue;
    program[size] = '\0';
    const int is_runtime = size > 8 && strcmp(program + size - 8, "/runtime") == 0;
    outcome = is_runtime ? OpenToRead(path) : OpenToWrite(path);
    if (outcome == 0) break;
  }
  return outcome;
}

const struct Try kProcessTries[] = {
    {"kill-outside", kAnywhere, "a signal to a process outside", Kill, NULL},
    {"pidfd-outside", kAnywhere, "pidfd_open(2) of it", OpenPidfd, NULL},
    {"ptrace-outside", kAnywhere, "ptrace(2) of it", Trace, NULL},
    {"read-memory-outside", kAnywhere, "process_vm_readv(2) of it", ReadMemory, NULL},
    {"write-memory-outside", kAnywhere, "process_vm_writev(2) of it", WriteMemory, NULL},
    {"kcmp-outside", kAnywhere, "kcmp(2) with it", Compare, NULL},
    {"prlimit-outside", kAnywhere, "prlimit(2) of it", Limit, NULL},
    {"environ-outside", kAnywhere, "its environment", OpenOf, "environ"},
    {"mem-outside", kAnywhere, "its memory, by /proc", OpenOf, "mem"},
    {"root-outside", kAnywhere, "the machine's files through its root", SecretThroughRoot, NULL},
    {"environ-of-any", kAnywhere, "the caller's environment in any process in sight",
     FindEnvironment, NULL},
    {"program-of-any", kAnywhere,
     "the runtime's program through a process in sight (CVE-2019-5736)", FindProgram, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
