// What both floors share: the small init, and the end.

#ifndef SLIPWAY_TESTS_BENCH_FLOOR_INIT_H_
#define SLIPWAY_TESTS_BENCH_FLOOR_INIT_H_

#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// `_exit`, because the child may have the parent's memory, and owns none of it.
static void DieInChild(const char* operation) {
  perror(operation);
  _exit(125);
}

static int StatusOf(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Reaps orphans, passes signals on, and ends with the command.
static void RunBelowInit(char** command) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  pid_t pid = vfork();
  if (pid < 0) DieInChild("floor: vfork");
  if (pid == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    execv(command[0], command);
    DieInChild(command[0]);
  }
  while (1) {
    int number = sigwaitinfo(&all, NULL);
    if (number > 0 && number != SIGCHLD) kill(pid, number);
    int status;
    pid_t ended;
    while (number == SIGCHLD && (ended = waitpid(-1, &status, WNOHANG)) > 0) {
      if (ended == pid) _exit(StatusOf(status));
    }
  }
}

static pid_t CloneCopy(struct clone_args* args, int (*function)(void*), void* argument) {
  pid_t pid = (pid_t)syscall(SYS_clone3, args, sizeof *args);
  if (pid == 0) function(argument);
  return pid;
}

// Is `flag` the first of the words? Then it is taken away.
static int Take(char*** words, const char* flag) {
  if (**words == NULL || strcmp(**words, flag) != 0) return 0;
  ++*words;
  return 1;
}

#endif  // SLIPWAY_TESTS_BENCH_FLOOR_INIT_H_
