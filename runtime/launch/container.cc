#include "runtime/launch/container.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "runtime/launch/exit_status.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kEndAfterChannel{1};

// What is left of `patience`, as poll(2) has it.
int Left(std::chrono::seconds patience, Clock::time_point since) {
  if (patience.count() == 0) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(since + patience - Clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

// The status of waitpid(2), from what waitid(2) tells.
int WaitStatusOf(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : W_EXITCODE(0, info.si_status);
}

std::string DescribeEnd(int wait_status) {
  if (WIFSIGNALED(wait_status)) return strsignal(WTERMSIG(wait_status));
  return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace

void Container::Unmap::operator()(Progress* progress) const { munmap(progress, sizeof(*progress)); }

Status Container::MapProgress() {
  void* page =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return Error(errno, "mmap").In({}, "clone");
  progress_.reset(new (page) Progress);
  return Ok();
}

Result<Container> Container::CloneParked(const Setup& setup) {
  Container container(setup);
  RETURN_IF_ERROR(container.MapProgress());
  ASSIGN_OR_RETURN(auto ends, Channel::Make());
  auto& [host_end, child_end] = ends;
  auto cloned = sys::Clone(setup.plan.namespaces, setup.plan.cgroup_fd);
  if (!cloned.ok()) return cloned.error().In({}, "clone");
  if (cloned->pid == 0) {
    host_end.Close();
    RunChild(setup, child_end, *container.progress_);
  }
  container.pid_ = cloned->pid;
  container.pidfd_ = std::move(cloned->pidfd);
  container.channel_ = std::move(host_end);
  return container;
}

Container::~Container() {
  if (!pidfd_.valid() || wait_status_) return;
  // By its pid, which is its own until it is reaped: a stage may have closed the pidfd.
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Container::is_pid_1() const { return setup_.plan.namespaces & CLONE_NEWPID; }

Status Container::Release() const {
  Status sent = channel_->Send(MessageType::kRelease);
  if (sent.ok()) return sent;
  const int cause = sent.error()->errno_value;
  if (cause == EPIPE || cause == ECONNRESET) return Ok();
  return sent.error().In({}, "release");
}

Result<std::optional<int>> Container::AwaitExec(const SignalSource& signals) {
  bool ready = false;
  size_t stage = progress_->stage;
  auto since = Clock::now();
  while (true) {
    // exec may take as long as it likes: the file may be far away.
    const int wait = ready ? -1 : Left(setup_.patience, since);
    pollfd events[] = {{.fd = channel_->fd(), .events = POLLIN, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    const int count = poll(events, std::size(events), wait);
    if (count < 0 && errno != EINTR) return Error(errno, "poll").In({}, "exec");
    if (count < 0) continue;
    if (count == 0) {
      if (progress_->stage == stage) return TookTooLong();
      stage = progress_->stage;
      since = Clock::now();
      continue;
    }
    if (events[0].revents) {
      auto received = channel_->Receive();
      if (!received.ok()) return received.error();
      const std::optional<Message>& message = *received;
      if (!message && !progress_->failed && ready) return std::optional<int>();
      if (!message) return DiedEarly();
      if (message->type == MessageType::kFailed) return Error(message->error);
      ready = true;
      continue;
    }
    if (!events[1].revents) continue;
    ASSIGN_OR_RETURN(const SignalEvent event, signals.Next());
    if (event.signal == SIGCHLD) {
      // Something else may hold the channel open, so that its end would never come.
      ASSIGN_OR_RETURN(const State state, Poll());
      if (state == State::kEnded && (!ready || progress_->failed)) return DiedEarly();
      if (state == State::kEnded) return std::optional<int>();
    } else if (EndsByDefault(event.signal)) {
      return std::optional<int>(kSignalBase + event.signal);
    }
  }
}

Result<Container::State> Container::Poll() {
  if (wait_status_) return State::kEnded;
  siginfo_t info{};
  if (waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WSTOPPED | WNOHANG) != 0) {
    return Error(errno, "waitid", std::to_string(pid_));
  }
  if (info.si_pid == 0) return State::kRunning;
  if (info.si_code == CLD_STOPPED || info.si_code == CLD_TRAPPED) return State::kStopped;
  wait_status_ = WaitStatusOf(info);
  return State::kEnded;
}

Error Container::InHook(Error error) const {
  const size_t stage = progress_->stage;
  if (stage < setup_.stages.size()) return error.In(setup_.stages[stage].name(), "in-child");
  return error.In({}, "exec");
}

Error Container::TookTooLong() const {
  return InHook(Error("did not end within " + std::to_string(setup_.patience.count()) + " s", {},
                      "--hook-timeout sets how long a hook may take"));
}

Error Container::LostChannel() const {
  return InHook(Error("closed the host's channel", {},
                      "a bug of the stage: a hook closes only what it has opened"));
}

Error Container::DiedEarly() const {
  if (progress_->failed) return Error(EndTexts(progress_->error));
  if (progress_->channel_lost) return LostChannel();
  int wait_status = wait_status_.value_or(0);
  if (!wait_status_) {
    // The channel ends a moment before the process does; what lives on has closed it.
    const auto ended = sys::AwaitExit(pidfd_, kEndAfterChannel);
    if (!ended.ok() || !*ended || progress_->channel_lost) return LostChannel();
    siginfo_t info{};
    if (waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOWAIT) == 0) {
      wait_status = WaitStatusOf(info);
    }
  }
  Error error("the child ended before the command ran", DescribeEnd(wait_status));
  if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL) {
    error.Hint("killed from outside; by the kernel, if a memory limit is too small to start in");
  }
  return InHook(error);
}

}  // namespace slipway::launch
