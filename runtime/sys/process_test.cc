#include "runtime/sys/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/sys/file.h"

namespace slipway::sys {
namespace {

ProcessIdentity IdentityOf(pid_t pid) {
  auto pidfd = OpenPidfd(pid);
  EXPECT_TRUE(pidfd.ok());
  auto identity = Identify(pid, *pidfd);
  EXPECT_TRUE(identity.ok());
  return *identity;
}

// As kernels without unique inode numbers of pidfds have it: starttime of proc(5). The name of
// this process holds no blank.
ProcessIdentity ByStartTime(pid_t pid) {
  std::istringstream fields(*ReadFile("/proc/" + std::to_string(pid) + "/stat"));
  std::string field;
  for (int i = 1; i <= 22; ++i) fields >> field;
  return {.pid = pid, .unique = 0, .start_time = std::stoull(field)};
}

bool IsFound(const ProcessIdentity& identity) {
  auto pidfd = FindProcess(identity);
  EXPECT_TRUE(pidfd.ok()) << pidfd.error().ToString();
  return pidfd->valid();
}

// Both ways to tell a process from others that have its number.
class Identity : public ::testing::TestWithParam<ProcessIdentity (*)(pid_t)> {
 protected:
  static void AwaitEnd(pid_t pid) {
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  }

  static pid_t ForkSleeper() {
    const pid_t pid = fork();
    if (pid == 0) {
      while (true) pause();
    }
    return pid;
  }
};

TEST_P(Identity, OfThisProcessIsFound) { EXPECT_TRUE(IsFound(GetParam()(getpid()))); }

TEST_P(Identity, OfAProcessThatHasEndedIsNotFound) {
  const pid_t pid = ForkSleeper();
  const ProcessIdentity identity = GetParam()(pid);
  EXPECT_TRUE(IsFound(identity));
  kill(pid, SIGKILL);
  AwaitEnd(pid);
  EXPECT_FALSE(IsFound(identity)) << "a zombie";
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  EXPECT_FALSE(IsFound(identity)) << "reaped";
}

TEST_P(Identity, OfAnotherProcessWithTheNumberIsNotFound) {
  ProcessIdentity identity = GetParam()(getpid());
  ++(identity.unique ? identity.unique : identity.start_time);
  EXPECT_FALSE(IsFound(identity));
}

TEST_P(Identity, IsNotThatOfAThreadWithTheNumber) {
  const ProcessIdentity own = GetParam()(getpid());
  std::thread([&] {
    ProcessIdentity identity = own;
    identity.pid = static_cast<pid_t>(syscall(SYS_gettid));
    EXPECT_FALSE(IsFound(identity));
  }).join();
}

INSTANTIATE_TEST_SUITE_P(ByThisKernel, Identity, ::testing::Values(&IdentityOf));
INSTANTIATE_TEST_SUITE_P(ByStartTime, Identity, ::testing::Values(&ByStartTime));

// What the timer below does with each of its ticks.
volatile pid_t ends_at_third_tick = 0;
volatile int ticks = 0;

TEST(AwaitExit, IsNotCutShortBySignals) {
  const pid_t pid = fork();
  if (pid == 0) {
    while (true) pause();
  }
  const auto pidfd = OpenPidfd(pid);
  ASSERT_TRUE(pidfd.ok());
  ends_at_third_tick = pid;
  struct sigaction action {};
  action.sa_handler = [](int) {
    ticks = ticks + 1;
    if (ticks == 3) kill(ends_at_third_tick, SIGKILL);
  };
  sigaction(SIGALRM, &action, nullptr);
  const itimerval often{.it_interval = {0, 20'000}, .it_value = {0, 20'000}};
  setitimer(ITIMER_REAL, &often, nullptr);
  const auto early = AwaitExit(*pidfd, std::chrono::milliseconds(30));
  const auto ended = AwaitExit(*pidfd, std::chrono::seconds(10));
  const itimerval off{};
  setitimer(ITIMER_REAL, &off, nullptr);
  ASSERT_TRUE(early.ok() && ended.ok());
  EXPECT_FALSE(*early) << "the time was over";
  EXPECT_TRUE(*ended);
  EXPECT_GE(ticks, 3);
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
}

TEST(BootId, IsTheSameEachTime) {
  EXPECT_EQ(BootId().size(), 36u);
  EXPECT_EQ(BootId(), BootId());
}

// In a child, whose descriptors nobody else needs: which of them are left, as the bits of a status.
int LeftAfter(std::vector<int> kept, int first) {
  const pid_t child = fork();
  if (child == 0) {
    for (int fd = 40; fd < 46; ++fd) dup2(STDERR_FILENO, fd);
    if (!CloseAllBut(std::move(kept), first).ok()) _exit(0xff);
    int left = 0;
    for (int fd = 40; fd < 46; ++fd) left |= (fcntl(fd, F_GETFD) >= 0) << (fd - 40);
    _exit(left);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WEXITSTATUS(status);
}

TEST(CloseAllBut, KeepsWhatIsNamedInAnyOrder) { EXPECT_EQ(LeftAfter({44, 41}, 3), 0b010010); }

TEST(CloseAllBut, LeavesWhatComesBeforeTheFirst) { EXPECT_EQ(LeftAfter({}, 42), 0b000011); }

TEST(CloseAllBut, KeepsOneThatIsTheFirstAndOneNamedTwice) {
  EXPECT_EQ(LeftAfter({42, 43, 43, -1}, 42), 0b001111);
}

}  // namespace
}  // namespace slipway::sys
