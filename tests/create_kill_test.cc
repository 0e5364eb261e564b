// A SIGKILL at the system calls of `runtime create`, one after the other: what is left is undone by
// gc, or is a container that can be started.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"

namespace slipway::testing {
namespace {

// Each call is two stops, before it and behind it: an odd stride comes to both kinds.
int Stride() { return Slowness() > 1 ? 31 : 1; }

class KillCreate : public LivingOn {
 protected:
  // Runs the program until it has stopped `count` times at a system call, and kills it. False: it
  // has ended before.
  static bool KilledAt(const std::vector<std::string>& words, const RunOptions& options,
                       int count) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
      options.prepare();
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    int status = 0;
    int signal = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);  // stopped by its exec
    ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
    while (true) {
      ptrace(PTRACE_SYSCALL, pid, nullptr, signal);
      EXPECT_EQ(waitpid(pid, &status, 0), pid);
      if (!WIFSTOPPED(status)) return false;
      const bool at_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
      signal = at_call ? 0 : WSTOPSIG(status);
      if (!at_call || --count > 0) continue;
      kill(pid, SIGKILL);
      EXPECT_EQ(waitpid(pid, &status, 0), pid);
      return true;
    }
  }

  // Looks at what is left, and takes it away as a user would.
  void Conclude(int count) {
    std::string state = Listed("state");
    ++seen_[state];
    if (state == "created") {
      EXPECT_EQ(Later({"start", id()}).status, 0) << count;
      EXPECT_EQ(Later({"delete", "--force", id()}).status, 0) << count;
    } else {
      const RunResult gc = Later({"gc"});
      EXPECT_EQ(gc.status, 0) << count << ": " << gc.err;
    }
    AwaitOrphans();
    EXPECT_EQ(Listed("state"), "") << count;
  }

  std::map<std::string, int> seen_;
};

class EachKind : public KillCreate, public ::testing::WithParamInterface<const char*> {};

TEST_P(EachKind, LeavesNothingOrAWholeContainer) {
  const Words argv = BuildArgv("create", GetParam(), {"/bin/sleep", "1000"});
  int count = 1;
  while (KilledAt(argv, Redirected(/*errors=*/false), count) && !HasFailure()) {
    Conclude(count);
    count += Stride();
  }
  EXPECT_EQ(Listed("state"), "created") << "one that nobody has killed";
  EXPECT_GT(seen_[""], 0);
  EXPECT_GT(seen_["dead"], 0);
  EXPECT_GT(seen_["created"], 0);
}

INSTANTIATE_TEST_SUITE_P(
    Start, EachKind,
    ::testing::Values("  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n"
                      "  - first-of: [{cgroup-v2: {pids.max: 9}}, {cgroup-v1: {pids.max: 9}}]\n",
                      "  - bad-throws\n  - pid: {init: false}\n  - mount: {root: root}\n"),
    [](const auto& info) { return info.index == 0 ? "Sharing" : "Parked"; });

}  // namespace
}  // namespace slipway::testing
