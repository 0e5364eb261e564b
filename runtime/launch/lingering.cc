#include "runtime/launch/lingering.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "runtime/sys/pid_namespace.h"

namespace slipway::launch {
namespace {

constexpr size_t kNamed = 3;  // processes that are named at most

std::vector<pid_t> OthersWith(pid_t first) {
  const auto wanted = sys::PidNamespaceOf(std::to_string(first));
  if (!wanted) return {};
  auto pids = sys::ProcessesIn(*wanted);
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

}  // namespace

std::string LingeringText(pid_t first) {
  std::vector<pid_t> others = OthersWith(first);
  std::optional<pid_t> parent;
  const auto has_ended = [&](pid_t pid) {
    const auto waits = sys::ParentOfZombie(pid);
    if (waits) parent = waits;
    return waits.has_value();
  };
  const auto living_end = std::stable_partition(others.begin(), others.end(),
                                                [&](pid_t pid) { return !has_ended(pid); });
  std::string text = "the container has ended, but for ";
  if (living_end == others.begin() && parent) {
    return text + NamesOf(others) + ": killed, but the parent, " + std::to_string(*parent) +
           ", does not wait for the end of it, wait(2)";
  }
  others.erase(living_end, others.end());
  return text + NamesOf(others) +
         ": killed, but still there; frozen, or waiting for a disk or a server";
}

}  // namespace slipway::launch
