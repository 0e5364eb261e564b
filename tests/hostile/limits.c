/* More than its share. It is given back at once. */

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/try.h"

enum { kTasks = 200, kMegabytes = 192 };

static void End(const pid_t* children, int count) {
  for (int i = 0; i < count; ++i) {
    kill(children[i], SIGKILL);
    waitpid(children[i], NULL, 0);
  }
}

static int Fork(const char* unused) {
  (void)unused;
  pid_t children[kTasks];
  int outcome = 0;
  int count = 0;
  while (outcome == 0 && count < kTasks) {
    const pid_t child = fork();
    if (child == 0) {
      for (;;) pause();
    }
    if (child == -1) {
      outcome = errno;
    } else {
      children[count++] = child;
    }
  }
  End(children, count);
  return outcome;
}

/* Where the kernel's OOM killer acts, it is this child that it takes: the largest. */
static int Touch(const char* unused) {
  (void)unused;
  const pid_t child = fork();
  if (child == -1) return errno;
  if (child == 0) {
    const size_t size = (size_t)kMegabytes << 20;
    char* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(errno);
    for (size_t at = 0; at < size; at += 4096) memory[at] = 1;
    _exit(EXIT_SUCCESS);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : ENOMEM;
}

const struct Try kLimitTries[] = {
    {"tasks", kAnywhere, "200 tasks at once", Fork, NULL},
    {"memory", kAnywhere, "192 MiB of memory", Touch, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
