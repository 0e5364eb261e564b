#include "runtime/launch/beside.h"

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "runtime/sys/pid_namespace.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "join";

// Of the one that has made it, once it has said so.
constexpr std::chrono::seconds kPatience{10};

// Is it a child of this process, and in that pid namespace? Then the pid is still its own.
Result<bool> IsChildIn(ino_t pid_namespace, pid_t pid, const sys::Fd& pidfd) {
  siginfo_t info{};
  int result = 0;
  do {
    result = waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | WNOHANG | WNOWAIT);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno == ECHILD) return false;
  const auto own = sys::PidNamespaceOf(pid, pidfd);
  if (!own) return Error(errno, "look at the command's process", std::to_string(pid));
  return *own == pid_namespace;
}

}  // namespace

void EndBeside(ino_t pid_namespace) {
  const auto pids = sys::ProcessesIn(pid_namespace);
  if (!pids.ok()) return;
  for (const pid_t pid : *pids) {
    const auto pidfd = sys::OpenPidfd(pid);
    if (!pidfd.ok()) continue;
    const auto own = IsChildIn(pid_namespace, pid, *pidfd);
    if (!own.ok() || !*own) continue;
    kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

Error CannotBeBorn(int cause) {
  if (cause == ENOMEM) {
    return Error("cannot make a process in the pid namespace that is joined", {},
                 "its PID 1 has ended; or there is too little memory")
        .In({}, kStep);
  }
  return Error(cause, "make a process in the pid namespace that is joined", {},
               cause == EAGAIN ? "a limit of processes is reached: the container's pids.max counts "
                                 "it, and the process that makes it"
                               : "")
      .In({}, kStep);
}

Result<sys::Cloned> FindBeside(pid_t told, ino_t pid_namespace) {
  auto pidfd = sys::OpenPidfd(told);
  if (!pidfd.ok()) return pidfd.error().In({}, kStep);
  auto right = IsChildIn(pid_namespace, told, *pidfd);
  if (!right.ok()) return right.error().In({}, kStep);
  if (!*right) {
    return Error("another process has answered than the one that runs the command", {},
                 "one of the container, which has taken the runtime's channel")
        .In({}, kStep);
  }
  return sys::Cloned{told, std::move(*pidfd)};
}

Status AwaitMaker(Container& maker) {
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(maker.pidfd(), kPatience));
  if (ended) return maker.AwaitEnd();
  return Error("the process that lets the command in does not end", std::to_string(maker.pid()),
               "it may be frozen")
      .In({}, kStep);
}

}  // namespace slipway::launch
