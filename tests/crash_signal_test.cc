// Signals that mean a crash, while the command runs: one that kill(1) sends is a signal like any
// other; a real one ends the runtime, and its container with it, unless that was to live on.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Lets `pid`, a child of this process, meet a SIGSEGV that looks like its own fault.
void Crash(pid_t pid) {
  int status = 0;
  ASSERT_EQ(ptrace(PTRACE_SEIZE, pid, nullptr, nullptr), 0);
  ASSERT_EQ(kill(pid, SIGSEGV), 0);
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSEGV) << status;
  siginfo_t info{};
  info.si_signo = SIGSEGV;
  info.si_code = SEGV_MAPERR;
  ASSERT_EQ(ptrace(PTRACE_SETSIGINFO, pid, nullptr, &info), 0);
  ASSERT_EQ(ptrace(PTRACE_DETACH, pid, nullptr, SIGSEGV), 0);
}

class Supervised : public LeftBehind {
 protected:
  // Runs the command, which says "ready", until the runtime waits for what will come.
  void Start(const std::string& stages, const Words& command, const Words& more = {}) {
    Words flags = Flags();
    flags.insert(flags.end(), {"--pid-file", test_.Path("pid")});
    flags.insert(flags.end(), more.begin(), more.end());
    container_.emplace(test_.Argv(Config(stages), command, flags));
    ASSERT_TRUE(container_->AwaitOutput("ready\n"));
    while (!ReadText(test_.Path("pid")).ends_with('\n')) sched_yield();
    const std::string stat = "/proc/" + std::to_string(container_->pid()) + "/stat";
    while (ReadText(stat).find(") S ") == std::string::npos) sched_yield();
  }

  std::optional<Running> container_;
};

class CrashSignal : public Supervised, public ::testing::WithParamInterface<int> {
 protected:
  void ExpectPassedOn(const std::string& stages) {
    const std::string trap = "trap 'echo got; exit 55' " + std::to_string(GetParam());
    Start(stages, {"/bin/sh", "-c", trap + "; echo ready; while :; do sleep 0.05; done"});
    container_->Signal(GetParam());
    const RunResult result = container_->Await();
    EXPECT_EQ(result.out, "ready\ngot\n");
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 55);
    ExpectUndone();
  }
};

INSTANTIATE_TEST_SUITE_P(Each, CrashSignal,
                         ::testing::Values(SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT,
                                           SIGSYS),
                         [](const auto& info) { return sigabbrev_np(info.param); });

TEST_P(CrashSignal, ThatIsSentGoesOnToTheCommand) { ExpectPassedOn("  - pid: {init: false}\n"); }

TEST_P(CrashSignal, ThatIsSentGoesOnThroughAnInit) { ExpectPassedOn("  - pid\n"); }

TEST_P(CrashSignal, ThatIsSentEndsACommandThatDoesNotCare) {
  Start("  - pid\n", Stays());
  container_->Signal(GetParam());
  const RunResult result = container_->Await();
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 128 + GetParam());
  ExpectUndone();
}

class RealCrash : public Supervised {};

TEST_F(RealCrash, EndsTheContainerWhichIsUndone) {
  Start("  - pid\n", Stays());
  Crash(container_->pid());
  const RunResult result = container_->Await();
  EXPECT_EQ(result.err, "runtime: crashed: Segmentation fault (a bug of the runtime)\n");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

TEST_F(RealCrash, LeavesAContainerAliveThatOutlivesTheRuntime) {
  ASSERT_EQ(mkfifo(test_.Path("root/etc/end").c_str(), 0600), 0);
  // Its output is not the runtime's, which ends before it.
  Start("", {"/bin/sh", "-c", "echo ready; exec >/etc/out 2>&1; read line </etc/end; echo $line"},
        {"--outlive-runtime"});
  Crash(container_->pid());
  const RunResult result = container_->Await();
  EXPECT_EQ(result.err,
            "runtime: crashed: Segmentation fault (a bug of the runtime); the container lives on "
            "(--outlive-runtime)\n");
  EXPECT_EQ(result.status, 125);
  ExpectKept();
  EXPECT_NE(List().out.find(id() + "  running  "), std::string::npos) << List().out;
  ExpectOutput(Gc(), kNothing);
  std::ofstream(test_.Path("root/etc/end")) << "the end\n";
  AwaitOrphans();
  EXPECT_EQ(ReadText(test_.Path("root/etc/out")), "the end\n");
  ExpectOutput(Gc(), Undone());
  ExpectUndone();
}

}  // namespace
}  // namespace slipway::testing
