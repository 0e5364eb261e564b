// Says on stdout that it runs, and sleeps until SIGTERM. It handles that, because the kernel keeps
// signals without a handler from pid 1 of a container.

#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

static void End(int signal) {
  (void)signal;
  _exit(0);
}

int main(void) {
  signal(SIGTERM, End);
  if (write(STDOUT_FILENO, "\n", 1) != 1) return 1;
  while (1) pause();
}
