// Prints the time, in nanoseconds of CLOCK_MONOTONIC. With a command, becomes that after it. So a
// container whose command is `stamp`, started by `stamp`, prints when it was started and when its
// command began.

#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  char text[32];
  int size = snprintf(text, sizeof text, "%lld%09ld\n", (long long)now.tv_sec, now.tv_nsec);
  if (write(STDOUT_FILENO, text, (size_t)size) != size) return 1;
  if (argc < 2) return 0;
  execvp(argv[1], argv + 1);
  return 127;
}
