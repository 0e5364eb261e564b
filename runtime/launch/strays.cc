#include "runtime/launch/strays.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

// What does not end in time ends with what it waits for.
constexpr std::chrono::seconds kPatience{1};

bool HasChildren() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// proc_pid_task(5). A child's pid is its own until it is reaped, which only this process does.
std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  const std::string pid = std::to_string(getpid());
  const auto text = sys::ReadFile("/proc/self/task/" + pid + "/children");
  if (!text.ok()) return children;
  const char* at = (*text).data();
  const char* const end = at + (*text).size();
  pid_t child = 0;
  for (auto number = std::from_chars(at, end, child); number.ec == std::errc();
       number = std::from_chars(at, end, child)) {
    children.push_back(child);
    at = number.ptr == end ? end : number.ptr + 1;
  }
  return children;
}

}  // namespace

Strays::Strays() {
  if (HasChildren()) before_ = Children();
}

bool Strays::End(pid_t spared) const {
  bool none = true;
  if (!HasChildren()) return none;
  for (const pid_t child : Children()) {
    if (child == spared) continue;
    if (std::find(before_.begin(), before_.end(), child) != before_.end()) continue;
    if (waitpid(child, nullptr, WNOHANG) == child) continue;
    kill(child, SIGKILL);
    // One that was killed before, and still does not end, is the container's, which was told.
    if (sys::Reap(child, kPatience)) none = false;
  }
  return none;
}

}  // namespace slipway::launch
