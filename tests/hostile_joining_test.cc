// A further command of a container, while it is being let in: what the container's own processes
// find in it, and what they can make the runtime believe, which has rights that they have not. The
// test stands for them.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "runtime/init/orders.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"
#include "tests/held_birth.h"
#include "tests/namespace_test.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

// The command is stopped at its birth.
class JoiningCommand : public RunningContainer {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    if (IsSkipped()) return;
    Start("  - pid\n  - mount: {root: root}\n  - proc\n");
    birth_ =
        std::make_unique<HeldBirth>(Argv({"exec", id(), "/bin/sleep", "1000"}), PTRACE_EVENT_VFORK);
    birth_->LetMakerGo();
  }

  void TearDown() override {
    birth_.reset();
    RunningContainer::TearDown();
  }

  RunResult AwaitExec() { return birth_->Await(); }
  pid_t joiner() const { return birth_->maker(); }
  pid_t command() const { return birth_->born(); }
  void GoOn() const { ASSERT_EQ(kill(command(), SIGCONT), 0); }
  void Answer(init::Step step, int cause, pid_t pid) const { birth_->Answer(step, cause, pid); }

  std::unique_ptr<HeldBirth> birth_;
};

TEST_F(JoiningCommand, HasNotTheMemoryOfWhoLetsItIn) {
  EXPECT_GT(syscall(SYS_kcmp, joiner(), command(), KCMP_VM, 0, 0), 0) << errno;
}

// It may wait as long as it likes.
TEST_F(JoiningCommand, KeepsNoOtherOperationFromTheContainer) {
  EXPECT_EQ(Later({"ps", id()}).status, 0);
  EXPECT_EQ(Later({"exec", id(), "/bin/true"}).status, 0);
  EXPECT_EQ(Later({"update", "--set", "process.env.A=1", id()}).status, 125) << "and did not wait";
}

TEST_F(JoiningCommand, RunsOnceItIsLetGo) {
  GoOn();
  while (ReadText("/proc/" + std::to_string(command()) + "/cmdline") != std::string("/bin/sleep\0"
                                                                                    "1000\0",
                                                                                    16)) {
    ASSERT_EQ(kill(command(), 0), 0);
    sched_yield();
  }
  ASSERT_EQ(kill(command(), SIGTERM), 0);
  EXPECT_EQ(AwaitExec().status, 128 + SIGTERM);
}

TEST_F(JoiningCommand, IsNotMistakenForAnotherProcess) {
  const pid_t other = fork();
  if (other == 0) {
    while (true) pause();
  }
  Answer(init::Step::kRunning, 0, other);
  const RunResult result = AwaitExec();
  EXPECT_EQ(result.err,
            "runtime: another process has answered than the one that runs the command (one of the "
            "container, which has taken the runtime's channel)\n");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0) << "it was killed";
  kill(other, SIGKILL);
  EXPECT_EQ(waitpid(other, nullptr, 0), other);
}

// Nor waited for.
TEST_F(JoiningCommand, IsEndedWhenItIsSaidToHaveFailed) {
  Answer(init::Step::kExec, ENOENT, command());
  EXPECT_EQ(AwaitExec().status, 126);
  EXPECT_EQ(kill(command(), 0), -1);
}

TEST_F(JoiningCommand, IsEndedWhenWhatIsSaidIsNoAnswer) {
  const auto channel = birth_->Channel();
  ASSERT_TRUE(channel);
  ASSERT_EQ(send(channel->get(), "garbage", 7, MSG_NOSIGNAL), 7);
  const RunResult result = AwaitExec();
  EXPECT_EQ(result.err,
            "runtime: cannot read the answer of the container's init: Bad message (something else "
            "was written into the runtime's channel: by a hook of a stage, or by a process of the "
            "container)\n");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(kill(command(), 0), -1);
}

TEST_F(JoiningCommand, ThatIsKilledBeforeItRunsIsToldOf) {
  ASSERT_EQ(kill(command(), SIGKILL), 0);
  const RunResult result = AwaitExec();
  EXPECT_EQ(
      result.err,
      "runtime: the command's process ended before the command ran: it was killed (by a process "
      "of the container; or by the kernel, if a memory limit is too small)\n");
  EXPECT_EQ(result.status, 125);
}

class JoiningAUserNamespace : public NamespaceTest {
 protected:
  // As root of the container's user namespace. Returns the errno of the first that fails; 0: none.
  int TryToReach(pid_t pid) const {
    const pid_t child = fork();
    if (child == 0) {
      const int container = open(File("user").c_str(), O_RDONLY | O_CLOEXEC);
      const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
      if (setns(container, CLONE_NEWUSER) != 0 || setresuid(0, 0, 0) != 0) _exit(255);
      if (syscall(SYS_pidfd_getfd, pidfd, 3, 0) >= 0) _exit(0);
      if (errno != EPERM) _exit(errno);
      _exit(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0 ? 0 : errno);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
  }
};

// Without a pid namespace of its own the container sees the copy of the runtime that joins it.
TEST_F(JoiningAUserNamespace, IsNotWithinReachOfItsRoot) {
  Start("  - good-user-namespace\n  - bad-waits: {dir: ., hook: in-child}\n", Plugins(),
        {"/bin/sh", "-c", "echo ready; exec sleep 1000"});
  for (const char* name : {"there", "go"}) {
    ASSERT_EQ(mkfifo(test_.Path(name).c_str(), 0600), 0);
    ASSERT_EQ(chmod(test_.Path(name).c_str(), 0666), 0);
  }
  Words words = {"exec"};
  for (const std::string& word : Plugins()) words.push_back(word);
  words.insert(words.end(), {id(), "/bin/true"});
  Running exec(Argv(words));
  const sys::Fd waits(open(test_.Path("there").c_str(), O_RDONLY | O_CLOEXEC));
  const std::string text = std::to_string(exec.pid());
  const pid_t joins = std::stoi(ReadText("/proc/" + text + "/task/" + text + "/children"));
  EXPECT_EQ(TryToReach(joins), EPERM);
  close(open(test_.Path("go").c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(exec.Await().status, 0);
}

}  // namespace
}  // namespace slipway::testing
