#include "runtime/commands/members.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "runtime/cli/processes.h"
#include "runtime/launch/operations.h"
#include "runtime/sys/file.h"
#include "runtime/sys/pid_namespace.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kForEnd{50};

// Is it the first of its pid namespace? Else the namespace is not the container's own, which has
// joined it, and may hold processes of others.
bool IsPid1(pid_t pid) {
  cli::ProcessRow row;
  row.pid = pid;
  const auto status = sys::ReadFile("/proc/" + std::to_string(pid) + "/status");
  return status.ok() && cli::ReadStatus(*status, row) && row.inside == 1;
}

// Adds the children of each thread of the process; proc_tid_children(5).
void AddChildren(pid_t pid, std::vector<pid_t>& pids) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(opendir(tasks.c_str()), closedir);
  if (!threads) return;
  while (const dirent* entry = readdir(threads.get())) {
    if (entry->d_name[0] == '.') continue;
    const auto text = sys::ReadFile(tasks + "/" + entry->d_name + "/children");
    if (!text.ok()) continue;
    const char* at = (*text).c_str();
    char* end = nullptr;
    for (long child = strtol(at, &end, 10); end != at; child = strtol(at, &end, 10)) {
      pids.push_back(static_cast<pid_t>(child));
      at = end;
    }
  }
}

std::vector<pid_t> WithDescendants(pid_t first) {
  std::vector<pid_t> pids = {first};
  for (size_t i = 0; i < pids.size(); ++i) AddChildren(pids[i], pids);
  std::sort(pids.begin(), pids.end());
  return pids;
}

Result<std::vector<pid_t>> InNamespaceOf(pid_t first) {
  const auto wanted = sys::PidNamespaceOf(std::to_string(first));
  if (!wanted || wanted == sys::PidNamespaceOf("self")) {
    return Error("nobody knows which processes are the container's", {},
                 "it has neither a PID namespace (the stage pid) nor a cgroup of its own");
  }
  return IsPid1(first) ? sys::ProcessesIn(*wanted) : WithDescendants(first);
}

// Those that were sent one.
Result<std::vector<sys::Fd>> SignalOnce(Running& running, int signal) {
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, Members(running));
  std::vector<std::pair<pid_t, sys::Fd>> pinned;
  for (const pid_t pid : pids) {
    auto pidfd = sys::OpenPidfd(pid);
    if (pidfd.ok()) pinned.emplace_back(pid, std::move(*pidfd));
  }
  ASSIGN_OR_RETURN(const std::vector<pid_t> still, Members(running));
  std::vector<sys::Fd> reached;
  for (auto& [pid, pidfd] : pinned) {
    if (!std::binary_search(still.begin(), still.end(), pid)) continue;
    // One that nobody has waited for yet takes no signal any more.
    const auto ended = sys::AwaitExit(pidfd, std::chrono::milliseconds(0));
    if (ended.ok() && *ended) continue;
    RETURN_IF_ERROR(sys::SendSignal(pidfd, signal));
    reached.push_back(std::move(pidfd));
  }
  return reached;
}

}  // namespace

Result<std::vector<pid_t>> Members(Running& running) {
  if (launch::KnowsProcesses(running.occasion(), running.stages())) {
    return launch::ListProcesses(running.occasion(), running.stages());
  }
  return InNamespaceOf(running.container().pid());
}

Status SignalMembers(Running& running, int signal) {
  const auto deadline = Clock::now() + kPatience;
  while (true) {
    auto reached = SignalOnce(running, signal);
    if (!reached.ok()) {
      // The last one has taken its namespace along.
      const auto ended = sys::AwaitExit(running.container().child(), std::chrono::milliseconds(0));
      return signal == SIGKILL && ended.ok() && *ended ? Ok() : std::move(reached).status();
    }
    if (signal != SIGKILL || reached->empty()) return Ok();
    for (const sys::Fd& pidfd : *reached) {
      (void)sys::AwaitExit(pidfd, kForEnd).ok();
    }
    if (Clock::now() > deadline) {
      return Error("processes of the container still live after SIGKILL", {},
                   "they may be frozen, or wait for a disk or a server");
    }
  }
}

}  // namespace slipway::commands
