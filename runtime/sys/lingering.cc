#include "runtime/sys/lingering.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sys/file.h"
#include "runtime/sys/pid_namespace.h"
#include "runtime/sys/process.h"

namespace slipway::sys {
namespace {

constexpr size_t kNamed = 3;  // processes that are named at most
constexpr const char* kMayBe = "frozen, or waiting for a disk or a server";

// In this process's own namespace the others have nothing to do with it.
std::vector<pid_t> OthersWith(pid_t first) {
  const auto wanted = PidNamespaceOf(std::to_string(first));
  if (!wanted || wanted == PidNamespaceOf("self")) return {};
  auto pids = ProcessesIn(*wanted);
  if (!pids.ok()) return {};
  std::erase(*pids, first);
  return std::move(*pids);
}

std::string NamesOf(const std::vector<pid_t>& pids) {
  if (pids.empty()) return "a process";  // of a namespace further in
  std::string text = pids.size() == 1 ? "the process " : "the processes ";
  for (size_t i = 0; i < std::min(pids.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(pids[i]);
  }
  if (pids.size() > kNamed) text += " and " + std::to_string(pids.size() - kNamed) + " more";
  return text;
}

// In cgroup v1 a frozen process takes no SIGKILL. /proc/PID/cgroup: "7:freezer:/jobs".
std::string WhyOf(pid_t pid) {
  constexpr std::string_view kController = ":freezer:";
  const auto text = ReadFile("/proc/" + std::to_string(pid) + "/cgroup");
  if (!text.ok()) return kMayBe;
  const size_t at = (*text).find(kController);
  if (at == std::string::npos) return kMayBe;
  const size_t begin = at + kController.size();
  const std::string path = (*text).substr(begin, (*text).find('\n', begin) - begin);
  if (path == "/") return kMayBe;
  return std::string(kMayBe) + "; it is in the cgroup " + path +
         " of the v1 freezer, and takes no signal while freezer.state there is FROZEN";
}

std::string WhatOf(std::vector<pid_t> others) {
  std::optional<pid_t> parent;
  const auto lives = [&](pid_t pid) {
    const auto waits = ParentOfZombie(pid);
    if (waits) parent = waits;
    return !waits;
  };
  const auto living_end = std::stable_partition(others.begin(), others.end(), lives);
  if (living_end == others.begin() && parent) {
    return NamesOf(others) + ": killed, but the parent, " + std::to_string(*parent) +
           ", does not wait for the end of it, wait(2)";
  }
  others.erase(living_end, others.end());
  const std::string why = others.empty() ? kMayBe : WhyOf(others.front());
  return NamesOf(others) + ": killed, but still there; " + why;
}

}  // namespace

std::string WhatKeepsIt(pid_t first) { return WhatOf(OthersWith(first)); }

std::string WhyItLives(pid_t pid) {
  std::vector<pid_t> others;
  if (StatusOfEnding(pid)) others = OthersWith(pid);
  return others.empty() ? "it may be " + WhyOf(pid) : "it waits for " + WhatOf(std::move(others));
}

}  // namespace slipway::sys
