// A runtime that lets a process into a container, which is held at its birth: the test stands for
// what others in there could do then.

#ifndef SLIPWAY_TESTS_HELD_BIRTH_H_
#define SLIPWAY_TESTS_HELD_BIRTH_H_

#include <gtest/gtest.h>
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
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/init/orders.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"

namespace slipway::testing {

class HeldBirth {
 public:
  // argv: of a runtime. Traces it and its children until one has made another in a pid namespace
  // that is not this process's: the maker stands still, and the newborn is stopped. All others go
  // on.
  // event: how it has made it, PTRACE_EVENT_FORK or PTRACE_EVENT_VFORK.
  HeldBirth(const std::vector<std::string>& argv, int event) : event_(event) {
    // So that it is traced from the beginning.
    std::vector<std::string> words = {"/bin/sh", "-c", "kill -STOP $$; exec \"$@\"", "sh"};
    words.insert(words.end(), argv.begin(), argv.end());
    runtime_ = std::make_unique<Running>(words);
    Hold();
  }
  HeldBirth(const HeldBirth&) = delete;
  HeldBirth& operator=(const HeldBirth&) = delete;
  ~HeldBirth() {
    LetMakerGo();
    if (born_ > 0) kill(born_, SIGKILL);
    runtime_->Await();
  }

  pid_t maker() const { return maker_; }
  pid_t born() const { return born_; }
  RunResult Await() { return runtime_->Await(); }

  void LetMakerGo() {
    if (std::exchange(holds_maker_, false)) ptrace(PTRACE_DETACH, maker_, 0, 0);
  }

  // The maker's end of the one to the runtime.
  std::optional<sys::Fd> Channel() const {
    const std::string folder = "/proc/" + std::to_string(maker_) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      sys::Fd file = Taken(std::stoi(entry.path().filename()));
      if (file.valid() && IsChannel(file)) return file;
    }
    return std::nullopt;
  }

  // What the maker would say.
  void Answer(init::Step step, int cause, pid_t pid) const {
    const auto channel = Channel();
    ASSERT_TRUE(channel);
    const init::Answer answer{.step = step, .errno_value = cause, .pid = pid};
    ASSERT_EQ(send(channel->get(), &answer, sizeof(answer), MSG_NOSIGNAL),
              static_cast<ssize_t>(sizeof(answer)));
  }

 private:
  static bool InOwnPidNamespace(pid_t pid) {
    struct stat own {};
    struct stat other {};
    return stat("/proc/self/ns/pid", &own) == 0 &&
           stat(("/proc/" + std::to_string(pid) + "/ns/pid").c_str(), &other) == 0 &&
           own.st_ino == other.st_ino;
  }

  // A copy of the maker's descriptor; pidfd_getfd(2).
  sys::Fd Taken(int number) const {
    const sys::Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, maker_, 0)));
    return sys::Fd(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
  }

  static bool IsChannel(const sys::Fd& file) {
    int type = 0;
    socklen_t size = sizeof(type);
    return getsockopt(file.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
  }

  void Hold() {
    constexpr long kEachChild = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    const pid_t runtime = runtime_->pid();
    int status = 0;
    ASSERT_EQ(waitpid(runtime, &status, WUNTRACED), runtime);
    ASSERT_EQ(ptrace(PTRACE_SEIZE, runtime, 0, kEachChild), 0) << errno;
    kill(runtime, SIGCONT);
    while (maker_ < 0 || !stopped_.contains(child_)) {
      const pid_t pid = waitpid(-1, &status, __WALL);
      ASSERT_GT(pid, 0) << errno;
      // One that joins namespaces for others may end.
      const bool stopped = WIFSTOPPED(status);
      ASSERT_TRUE(stopped || pid != runtime) << status;
      if (stopped) TakeStop(pid, status);
    }
    StopNewborn();
    ptrace(PTRACE_INTERRUPT, runtime, 0, 0);
    ASSERT_EQ(waitpid(runtime, &status, __WALL), runtime);
    ptrace(PTRACE_DETACH, runtime, 0, 0);
  }

  void TakeStop(pid_t pid, int status) {
    const int event = status >> 16;
    unsigned long child = 0;
    if (event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_FORK) {
      ptrace(PTRACE_GETEVENTMSG, pid, 0, &child);
    }
    const auto other = static_cast<pid_t>(child);
    if (other > 0 && !InOwnPidNamespace(other) && event == event_) {
      maker_ = pid;
      child_ = other;
      holds_maker_ = true;
    } else if (other > 0 && !InOwnPidNamespace(other)) {
      passed_.insert(other);
      if (stopped_.erase(other) > 0) ptrace(PTRACE_CONT, other, 0, 0);
      ptrace(PTRACE_CONT, pid, 0, 0);
    } else if (!InOwnPidNamespace(pid) && !passed_.contains(pid)) {
      stopped_.insert(pid);
    } else {
      ptrace(PTRACE_CONT, pid, 0, event == 0 ? WSTOPSIG(status) : 0);
    }
  }

  void StopNewborn() {
    born_ = child_;
    kill(born_, SIGSTOP);
    ptrace(PTRACE_DETACH, born_, 0, 0);
  }

  const int event_;
  std::unique_ptr<Running> runtime_;
  std::set<pid_t> passed_;   // newborn ones that are not meant
  std::set<pid_t> stopped_;  // others, of which it is not known yet
  pid_t child_ = -1;
  pid_t maker_ = -1;
  pid_t born_ = -1;
  bool holds_maker_ = false;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_HELD_BIRTH_H_
