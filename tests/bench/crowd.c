// Runs a command many times, a number of them at a time: as soon as one ends, the next begins.
//
//   crowd AT_A_TIME TOTAL COMMAND [ARG...]
//
// `{}` as an argument, or at the end of one, becomes the number of the run. Exits with 1 when a run
// failed.

#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char** environ;

enum { kMaxWords = 64, kMaxWord = 256 };

static int failed;

static void Start(char** words, int number) {
  static char numbered[kMaxWords][kMaxWord];
  char* argv[kMaxWords] = {NULL};
  for (int i = 0; words[i] != NULL && i < kMaxWords - 1; ++i) {
    size_t size = strlen(words[i]);
    argv[i] = words[i];
    if (size < 2 || strcmp(words[i] + size - 2, "{}") != 0) continue;
    snprintf(numbered[i], kMaxWord, "%.*s%d", (int)size - 2, words[i], number);
    argv[i] = numbered[i];
  }
  pid_t pid;
  errno = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
  if (errno != 0) {
    perror(argv[0]);
    exit(1);
  }
}

static void AwaitOne(void) {
  int status;
  if (wait(&status) < 0 || status != 0) failed = 1;
}

int main(int argc, char** argv) {
  int at_a_time = argc < 4 ? 0 : atoi(argv[1]);
  int total = argc < 4 ? 0 : atoi(argv[2]);
  if (at_a_time < 1 || total < at_a_time) {
    fputs("usage: crowd AT_A_TIME TOTAL COMMAND [ARG...]\n", stderr);
    return 2;
  }
  for (int i = 0; i < total; ++i) {
    if (i >= at_a_time) AwaitOne();
    Start(argv + 3, i);
  }
  for (int i = 0; i < at_a_time; ++i) AwaitOne();
  return failed;
}
