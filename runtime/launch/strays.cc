#include "runtime/launch/strays.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <string>

#include "runtime/sys/file.h"

namespace slipway::launch {
namespace {

// proc_pid_task(5). A child's pid is its own until it is reaped, which only this process does.
void KillChildren() {
  const std::string pid = std::to_string(getpid());
  const auto text = sys::ReadFile("/proc/self/task/" + pid + "/children");
  if (!text.ok()) return;
  const char* at = (*text).data();
  const char* const end = at + (*text).size();
  pid_t child = 0;
  for (auto number = std::from_chars(at, end, child); number.ec == std::errc();
       number = std::from_chars(at, end, child)) {
    kill(child, SIGKILL);
    at = number.ptr == end ? end : number.ptr + 1;
  }
}

}  // namespace

bool EndStrays() {
  bool none = true;
  while (true) {
    const pid_t ended = waitpid(-1, nullptr, WNOHANG);
    if (ended < 0) return none;
    if (ended > 0) continue;
    none = false;
    KillChildren();
    // Of those that were killed one ends first; the others are looked for again.
    if (waitpid(-1, nullptr, 0) < 0) return none;
  }
}

}  // namespace slipway::launch
