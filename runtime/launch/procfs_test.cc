// Of a pid namespace that this process is not in, in both ways: the kernel decides which of them a
// container gets.

#include "runtime/launch/procfs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/namespace.h"

namespace slipway::launch {
namespace {

// A process is PID 1 of a pid namespace of its own, and does nothing.
class Procfs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    first_ = static_cast<pid_t>(
        syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
    if (first_ == 0) {
      while (true) pause();
    }
    ASSERT_GT(first_, 0) << errno;
    file_ = sys::Fd(
        open(("/proc/" + std::to_string(first_) + "/ns/pid").c_str(), O_RDONLY | O_CLOEXEC));
    const auto id = sys::IdentifyNamespace(file_.get());
    ASSERT_TRUE(id.ok());
    plan_.joined.push_back(
        {.flag = CLONE_NEWPID, .file = file_.get(), .id = *id, .there = false, .wisher = {}});
  }

  void TearDown() override {
    if (first_ > 0) kill(first_, SIGKILL);
    while (waitpid(-1, nullptr, 0) > 0) {
    }
  }

  static void ExpectOfOthers(const Result<sys::Fd>& context) {
    ASSERT_TRUE(context.ok()) << context.error().ToString();
    const auto mount = sys::FinishMount(*context, "proc", {{"hidepid", "invisible"}}, 0);
    ASSERT_TRUE(mount.ok()) << mount.error().ToString();
    EXPECT_EQ(faccessat(mount->get(), "1/comm", F_OK, 0), 0);
    EXPECT_EQ(faccessat(mount->get(), "self", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    char self[16];
    EXPECT_EQ(readlinkat(mount->get(), "self", self, sizeof(self)), -1) << "it shows this process";
  }

  pid_t first_ = -1;
  sys::Fd file_;
  Plan plan_;
};

TEST_F(Procfs, ByOptionIsOfTheJoinedNamespace) {
  const auto context = ProcfsByOption(plan_);
  if (!context.ok() && context.error()->errno_value == EINVAL) {
    GTEST_SKIP() << "this kernel's procfs has no pidns=";
  }
  ExpectOfOthers(context);
}

TEST_F(Procfs, ByHelperIsOfTheJoinedNamespace) { ExpectOfOthers(ProcfsByHelper(plan_)); }

TEST_F(Procfs, ByHelperLeavesNobodyBehind) {
  ASSERT_TRUE(ProcfsByHelper(plan_).ok());
  siginfo_t info{};
  EXPECT_EQ(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), 0);
  EXPECT_EQ(info.si_pid, 0) << "but the first process, nobody has to be waited for";
}

TEST_F(Procfs, CannotBeMadeOnceTheNamespaceHasEnded) {
  kill(first_, SIGKILL);
  EXPECT_EQ(waitpid(first_, nullptr, 0), first_);
  first_ = -1;
  const auto context = ProcfsByHelper(plan_);
  ASSERT_FALSE(context.ok());
  EXPECT_EQ(context.error().ToString(),
            "cannot make a process in the pid namespace that is joined (its PID 1 has ended; or "
            "there is too little memory)");
}

TEST_F(Procfs, IsNotPreparedWhereNoneIsJoined) {
  const auto context = PrepareProcfs(Plan());
  ASSERT_TRUE(context.ok());
  EXPECT_FALSE(context->valid());
}

}  // namespace
}  // namespace slipway::launch
