#include "runtime/sys/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <thread>

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

TEST(BootId, IsTheSameEachTime) {
  EXPECT_EQ(BootId().size(), 36u);
  EXPECT_EQ(BootId(), BootId());
}

}  // namespace
}  // namespace slipway::sys
