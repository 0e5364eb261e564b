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
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "runtime/init/orders.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"
#include "tests/namespace_test.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

bool InOwnPidNamespace(pid_t pid) {
  struct stat own {};
  struct stat other {};
  return stat("/proc/self/ns/pid", &own) == 0 &&
         stat(("/proc/" + std::to_string(pid) + "/ns/pid").c_str(), &other) == 0 &&
         own.st_ino == other.st_ino;
}

// A copy of the descriptor of that process; pidfd_getfd(2).
sys::Fd Taken(pid_t pid, int number) {
  const sys::Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  return sys::Fd(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
}

bool IsChannel(const sys::Fd& file) {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(file.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

std::optional<sys::Fd> ChannelOf(pid_t pid) {
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    sys::Fd file = Taken(pid, std::stoi(entry.path().filename()));
    if (file.valid() && IsChannel(file)) return file;
  }
  return std::nullopt;
}

// The command is stopped at its birth.
class JoiningCommand : public RunningContainer {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    if (IsSkipped()) return;
    Start("  - pid\n  - mount: {root: root}\n  - proc\n");
    // So that it is traced from the beginning.
    Words words = {"/bin/sh", "-c", "kill -STOP $$; exec \"$@\"", "sh"};
    const Words exec = Argv({"exec", id(), "/bin/sleep", "1000"});
    words.insert(words.end(), exec.begin(), exec.end());
    exec_ = std::make_unique<Running>(words);
    Hold();
  }

  void TearDown() override {
    if (command_ > 0) kill(command_, SIGKILL);
    if (exec_ != nullptr) exec_->Await();
    RunningContainer::TearDown();
  }

  RunResult AwaitExec() { return exec_->Await(); }

  void GoOn() const { ASSERT_EQ(kill(command_, SIGCONT), 0); }

  // What slipway-init would say.
  void Answer(init::Step step, int cause, pid_t pid) const {
    const auto channel = ChannelOf(joiner_);
    ASSERT_TRUE(channel);
    const init::Answer answer{.step = step, .errno_value = cause, .pid = pid};
    ASSERT_EQ(send(channel->get(), &answer, sizeof(answer), MSG_NOSIGNAL),
              static_cast<ssize_t>(sizeof(answer)));
  }

  pid_t joiner_ = -1;
  pid_t command_ = -1;

 private:
  // Traces the runtime and its children until one is born in the container, and lets them go.
  void Hold() {
    constexpr long kEachChild = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    const pid_t exec = exec_->pid();
    int status = 0;
    ASSERT_EQ(waitpid(exec, &status, WUNTRACED), exec);
    ASSERT_EQ(ptrace(PTRACE_SEIZE, exec, 0, kEachChild), 0) << errno;
    kill(exec, SIGCONT);
    while (joiner_ < 0 || command_ < 0) {
      const pid_t pid = waitpid(-1, &status, __WALL);
      ASSERT_GT(pid, 0) << errno;
      ASSERT_TRUE(WIFSTOPPED(status)) << pid << " has ended: " << status;
      TakeStop(pid, status);
    }
    ptrace(PTRACE_INTERRUPT, exec, 0, 0);
    ASSERT_EQ(waitpid(exec, &status, __WALL), exec);
    ptrace(PTRACE_DETACH, exec, 0, 0);
  }

  void TakeStop(pid_t pid, int status) {
    const int event = status >> 16;
    unsigned long child = 0;
    if (event == PTRACE_EVENT_VFORK) ptrace(PTRACE_GETEVENTMSG, pid, 0, &child);
    if (!InOwnPidNamespace(pid)) {
      command_ = pid;
      kill(pid, SIGSTOP);
      ptrace(PTRACE_DETACH, pid, 0, 0);
    } else if (child > 0 && !InOwnPidNamespace(static_cast<pid_t>(child))) {
      joiner_ = pid;
      ptrace(PTRACE_DETACH, pid, 0, 0);
    } else {
      ptrace(PTRACE_CONT, pid, 0, event == 0 ? WSTOPSIG(status) : 0);
    }
  }

  std::unique_ptr<Running> exec_;
};

TEST_F(JoiningCommand, HasNotTheMemoryOfWhoLetsItIn) {
  EXPECT_GT(syscall(SYS_kcmp, joiner_, command_, KCMP_VM, 0, 0), 0) << errno;
}

// It may wait as long as it likes.
TEST_F(JoiningCommand, KeepsNoOtherOperationFromTheContainer) {
  EXPECT_EQ(Later({"ps", id()}).status, 0);
  EXPECT_EQ(Later({"exec", id(), "/bin/true"}).status, 0);
  EXPECT_EQ(Later({"update", "--set", "process.env.A=1", id()}).status, 125) << "and did not wait";
}

TEST_F(JoiningCommand, RunsOnceItIsLetGo) {
  GoOn();
  while (ReadText("/proc/" + std::to_string(command_) + "/cmdline") != std::string("/bin/sleep\0"
                                                                                   "1000\0",
                                                                                   16)) {
    ASSERT_EQ(kill(command_, 0), 0);
    sched_yield();
  }
  ASSERT_EQ(kill(command_, SIGTERM), 0);
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
  Answer(init::Step::kExec, ENOENT, command_);
  EXPECT_EQ(AwaitExec().status, 126);
  EXPECT_EQ(kill(command_, 0), -1);
}

TEST_F(JoiningCommand, IsEndedWhenWhatIsSaidIsNoAnswer) {
  const auto channel = ChannelOf(joiner_);
  ASSERT_TRUE(channel);
  ASSERT_EQ(send(channel->get(), "garbage", 7, MSG_NOSIGNAL), 7);
  const RunResult result = AwaitExec();
  EXPECT_EQ(result.err,
            "runtime: cannot read the answer of the container's init: Bad message (something else "
            "was written into the runtime's channel: by a hook of a stage, or by a process of the "
            "container)\n");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(kill(command_, 0), -1);
}

TEST_F(JoiningCommand, ThatIsKilledBeforeItRunsIsToldOf) {
  ASSERT_EQ(kill(command_, SIGKILL), 0);
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
