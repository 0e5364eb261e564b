#include "runtime/launch/init.h"

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/launch/exit_status.h"
#include "runtime/launch/signals.h"

namespace slipway::launch {
namespace {

void ReapAll(pid_t command) {
  int status = 0;
  pid_t pid = 0;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR)) {
    if (pid == command) _exit(ExitStatusOf(status));
  }
}

// What the terminal sends reaches its whole foreground process group, and so the command too.
bool AlreadyThere(const siginfo_t& info, pid_t command) {
  return IsFromKernel(info.si_code) && getpgid(command) == getpgrp();
}

}  // namespace

void RunInit(pid_t command, const sigset_t& signals) {
  syscall(SYS_close_range, 3U, ~0U, 0U);
  prctl(PR_SET_NAME, "init");
  // This process is a copy of the host: nobody inside may look into it, nor at its executable.
  prctl(PR_SET_DUMPABLE, 0);
  // Those of a crash too: what is sent is the command's. A fault of this process still ends it.
  sigset_t all = signals;
  for (const int signal : kFaults) sigaddset(&all, signal);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  while (true) {
    siginfo_t info{};
    const int signal = sigwaitinfo(&all, &info);
    if (signal == SIGCHLD) {
      ReapAll(command);
    } else if (signal > 0 && !AlreadyThere(info, command)) {
      kill(command, signal);
    }
  }
}

}  // namespace slipway::launch
