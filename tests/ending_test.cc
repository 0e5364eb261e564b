// A command that has ended, and a process in its pid namespace that does not end after SIGKILL, as
// a frozen one does not: the kernel lets the container wait for it. See LeftBehind::ForkInto.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

class Ending : public LeftBehind {
 protected:
  // The command has ended with 6.
  void SetUp() override {
    LeftBehind::SetUp();
    ASSERT_EQ(mkfifo(test_.Path("root/etc/end").c_str(), 0600), 0);
    Words flags = Flags();
    flags.insert(flags.end(), {"--pid-file", test_.Path("pid")});
    container_.emplace(test_.Argv(
        Config("  - pid\n"), {"/bin/sh", "-c", "echo ready; read line </etc/end; exit 6"}, flags));
    ASSERT_TRUE(container_->AwaitOutput("ready\n"));
    while (!ReadText(test_.Path("pid")).ends_with('\n')) sched_yield();
    first_ = std::stoi(ReadText(test_.Path("pid")));
    keeper_ = ForkInto(first_);
    std::ofstream(test_.Path("root/etc/end")) << "end\n";
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(keeper_), &info, WEXITED | WNOWAIT), 0);
  }

  std::string Warning() const {
    return "runtime: warning: the container has ended, but for the process " +
           std::to_string(keeper_) + ": killed, but the parent, " + std::to_string(getpid()) +
           ", does not wait for the end of it, wait(2) (the next signal leaves it to runtime "
           "gc)\n";
  }

  pid_t first_ = -1;
  pid_t keeper_ = -1;
  std::optional<Running> container_;
};

TEST_F(Ending, IsWaitedForAndKeepsItsStatus) {
  container_->Signal(SIGTERM);
  EXPECT_EQ(waitpid(keeper_, nullptr, 0), keeper_);
  const RunResult result = container_->Await();
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 6);
  ExpectUndone();
}

TEST_F(Ending, IsToldOfAfterAWhile) {
  ASSERT_TRUE(container_->AwaitError(Warning()));
  EXPECT_EQ(waitpid(keeper_, nullptr, 0), keeper_);
  const RunResult result = container_->Await();
  EXPECT_EQ(result.err, Warning());
  EXPECT_EQ(result.status, 6);
  ExpectUndone();
}

TEST_F(Ending, IsLeftToGcAtTheNextSignalAfterThat) {
  ASSERT_TRUE(container_->AwaitError(Warning()));
  container_->Signal(SIGTERM);
  EXPECT_EQ(container_->Await().status, 6);
  ExpectKept();
  EXPECT_EQ(waitpid(keeper_, nullptr, 0), keeper_);
  EXPECT_EQ(waitpid(first_, nullptr, 0), first_);
  ExpectOutput(Gc(), Undone());
}

TEST_F(Ending, IsLeftToGcAtTheSecondSignal) {
  container_->Signal(SIGTERM);
  container_->Signal(SIGINT);
  const RunResult result = container_->Await();
  EXPECT_EQ(result.err, Warning());
  EXPECT_EQ(result.status, 6);
  ExpectKept();
  EXPECT_NE(List().out.find(id() + "  dead, still running  "), std::string::npos) << List().out;
  EXPECT_EQ(waitpid(keeper_, nullptr, 0), keeper_);
  EXPECT_EQ(waitpid(first_, nullptr, 0), first_);
  ExpectOutput(Gc(), Undone());
  ExpectUndone();
}

}  // namespace
}  // namespace slipway::testing
