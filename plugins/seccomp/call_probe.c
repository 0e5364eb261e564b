/* Makes the system calls that its arguments name, each in a process of its own, and prints what
 * each has come to: "EPERM", "ok", or "killed 31".
 *
 * An argument is KIND:NUMBER:ARGUMENT:..., up to four arguments. KIND is native, x32 (the number
 * with its bit), or i386, by the entry for programs of 32 bits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long i386(long number, const long* arguments) {
#ifdef __x86_64__
  long result = number;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"(arguments[0]), "c"(arguments[1]), "d"(arguments[2]), "S"(arguments[3])
                   : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0) return result;
  errno = (int)-result;
  return -1;
#else
  (void)number, (void)arguments;
  errno = ENOSYS;
  return -1;
#endif
}

static void try(char* text) {
  long arguments[4] = {0};
  const char* kind = strtok(text, ":");
  long number = (long)strtoul(strtok(NULL, ":"), NULL, 0);
  for (int i = 0; i < 4; ++i) {
    const char* argument = strtok(NULL, ":");
    if (argument == NULL) break;
    arguments[i] = (long)strtoull(argument, NULL, 0);
  }
  if (strcmp(kind, "x32") == 0) number |= 0x40000000;
  errno = 0;
  const long result = strcmp(kind, "i386") == 0
                          ? i386(number, arguments)
                          : syscall(number, arguments[0], arguments[1], arguments[2], arguments[3]);
  if (result == 0 && (number == SYS_clone || number == SYS_fork)) _exit(0);
  printf("%s\n", result >= 0 ? "ok" : strerrorname_np(errno));
  fflush(stdout);
  _exit(0);
}

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) try(words[i]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) printf("killed %d\n", WTERMSIG(status));
    fflush(stdout);
  }
  return 0;
}
