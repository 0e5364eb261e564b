#include "runtime/launch/parked.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <string>
#include <utility>

#include "runtime/launch/await.h"
#include "runtime/launch/beside.h"
#include "runtime/launch/caught.h"
#include "runtime/launch/cloning.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/last_steps.h"
#include "runtime/launch/patience.h"
#include "runtime/launch/procfs.h"
#include "runtime/launch/serve.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kEndAfterChannel{1};

// The child's side.

// The channel ends with it, and the host looks here then.
[[noreturn]] void Report(Progress& progress, const ErrorRecord& error) {
  progress.error = error;
  progress.failed = true;
  _exit(kRuntimeFailed);
}

void AwaitRelease(const Channel& channel, Progress& progress) {
  auto message = channel.Receive();
  if (!message.ok()) Report(progress, *message.error());
  if (!message->has_value() || (*message)->type != MessageType::kRelease) _exit(kRuntimeFailed);
}

// What such hooks have kept since the clone.
Status HearPostClone(const Setup& setup) {
  bool any = false;
  for (size_t i = 0; i < setup.stages.size(); ++i) {
    any |= setup.stages[i].HasPostClone(setup.plan.SkipsPostClone(i));
  }
  if (setup.journal == nullptr || !any) return Ok();
  Status read = setup.journal->Refresh();
  return read.ok() ? std::move(read) : Status(KeepingState(read.error()));
}

// Once more, because a change of credentials by a hook unties; PR_SET_PDEATHSIG(2const). A host
// that died in between has closed the channel.
void TieToHost(const Channel& channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (channel.PeerIsGone()) _exit(kRuntimeFailed);
}

// Returns only what failed. Nothing here loads a library or prints.
Error Enter(const Setup& setup, const Channel& channel, const Result<sys::Fd>& procfs,
            Progress& progress) {
  const Log log = [&](slipway_log_level level, const Error& line) {
    (void)channel.Send(MessageType::kLog, *line, level).ok();
  };
  ContainerRoot root;
  LastSteps last(setup.command, setup.plan.process, setup.execution, setup.init);
  Descriptors descriptors(setup.plan.inherited);
  const Hooks hooks{setup, progress, root, descriptors, &channel, &procfs, log, [&](const Stage&) {
                      if (channel.IsIntact()) return Ok();
                      progress.channel_lost = true;
                      _exit(kRuntimeFailed);
                    }};
  Status status = HearPostClone(setup);
  if (status.ok()) status = last.Begin();
  if (status.ok()) status = RunInChild(hooks);
  if (status.ok()) {
    status = last.Prepare(
        IsHostile(setup, root), descriptors,
        {channel.fd(), setup.init.image(), setup.init.orders(), setup.init.listener()});
  }
  if (status.ok()) status = RunFinish(hooks);
  if (!setup.outlives_host) TieToHost(channel);
  if (status.ok()) {
    ErrorRecord ready{};
    CopyPath(ready.subject, last.path());
    status = channel.Send(MessageType::kReady, ready);
  }
  if (!status.ok()) return status.error();
  Guard::LeaveToCommand();
  int fd = channel.fd();
  return setup.init.wanted()
             ? last.RunInit(descriptors, fd, progress.executing)
             : last.Run(descriptors, setup.signals.before(), progress.executing, &fd);
}

[[noreturn]] void RunChild(const Setup& setup, const Channel& channel,
                           const Result<sys::Fd>& procfs, Progress& progress) {
  Guard::LeaveInChild();
  // A host that died before this call closes the channel, so that no Release comes.
  if (!setup.outlives_host) prctl(PR_SET_PDEATHSIG, SIGKILL);
  AwaitRelease(channel, progress);
  ErrorRecord error{};
  CaughtInto(error, "launch", [&] { return Enter(setup, channel, procfs, progress); });
  Report(progress, error);
}

}  // namespace

void ParkedStart::Unmap::operator()(Progress* progress) const {
  munmap(progress, sizeof(*progress));
}

Result<ParkedStart::SharedProgress> ParkedStart::MapProgress() {
  void* page =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return Error(errno, "get memory for the container's start").In({}, "clone");
  return SharedProgress(new (page) Progress);
}

Result<ParkedStart> ParkedStart::Clone(const Setup& setup) {
  ASSIGN_OR_RETURN(SharedProgress progress, MapProgress());
  ASSIGN_OR_RETURN(auto ends, Channel::Make());
  auto& [host_end, child_end] = ends;
  const auto procfs = PrepareProcfs(setup.plan);
  auto cloned = CloneChild(setup);
  if (!cloned.ok()) return cloned.error();
  if (cloned->pid == 0) {
    host_end.Close();
    RunChild(setup, child_end, procfs, *progress);
  }
  return ParkedStart(setup, Container(setup.plan, std::move(cloned).value()), std::move(host_end),
                     std::move(progress));
}

Status ParkedStart::Release() const {
  Status sent = channel_.Send(MessageType::kRelease);
  if (sent.ok()) return sent;
  const int cause = sent.error()->errno_value;
  if (cause == EPIPE || cause == ECONNRESET) return Ok();
  return sent.error().In({}, "release");
}

Result<sys::Cloned> ParkedStart::AwaitBirth(const SignalSource& signals, ino_t pid_namespace,
                                            Began& began) {
  RETURN_IF_ERROR(AwaitExec(signals, began));
  return FindBeside(std::exchange(began.pid, 0), pid_namespace);
}

Status ParkedStart::Follow(sys::Cloned born) {
  RETURN_IF_ERROR(AwaitMaker(container_));
  container_.Follow(std::move(born));
  return Ok();
}

Status ParkedStart::AwaitExec(const SignalSource& signals, Began& began) {
  Status status = AwaitCommand(setup_, container_, channel_, signals, path_, began);
  return progress_->failed ? Status(DiedEarly()) : status;
}

Status ParkedStart::AwaitHooks(const SignalSource& signals, Began& began) {
  using State = Container::State;
  Position position = PositionOf(*progress_);
  auto since = Clock::now();
  while (true) {
    pollfd events[] = {{.fd = channel_.fd(), .events = POLLIN, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    const int count = poll(events, std::size(events), LeftOf(setup_.patience, since));
    if (count < 0 && errno != EINTR)
      return Error(errno, "wait for the container's start").In({}, "exec");
    if (count < 0) continue;
    if (count == 0) {
      const Position now = PositionOf(*progress_);
      if (now.stage == position.stage && now.hook == position.hook) {
        return TookTooLong(setup_, position);
      }
      position = now;
      since = Clock::now();
      continue;
    }
    if (events[0].revents) {
      Request request;
      ASSIGN_OR_RETURN(const std::optional<Message> message, channel_.Receive(&request));
      if (!message) return DiedEarly();
      if (message->type == MessageType::kLog) {
        const bool warns = message->level == SLIPWAY_WARNING;
        if (setup_.log) setup_.log(warns ? SLIPWAY_WARNING : SLIPWAY_INFO, Error(message->error));
        continue;
      }
      if (message->type == MessageType::kRequest) {
        RETURN_IF_ERROR(Handle(setup_, channel_, std::move(request), began));
        continue;
      }
      if (message->type != MessageType::kReady) return Error(message->error);
      path_ = message->error.subject;
      return Ok();
    }
    if (!events[1].revents) continue;
    ASSIGN_OR_RETURN(const SignalEvent event, signals.Next());
    if (event.signal == SIGCHLD) {
      // Something else may hold the channel open, so that its end would never come.
      ASSIGN_OR_RETURN(const State state, container_.Poll());
      if (state == State::kEnded && !HasMessage(channel_)) return DiedEarly();
    } else if (EndsByDefault(event.signal)) {
      return Interrupted(setup_, PositionOf(*progress_), event.signal);
    } else {
      began.early.push_back(event);
    }
  }
}

Error ParkedStart::LostChannel() const {
  const Position position = PositionOf(*progress_);
  return InHook(setup_, position,
                Error("closed the runtime's channel " + std::string(WhereIn(position.hook)), {},
                      "a bug of the stage: a hook closes only what it has opened"));
}

Error ParkedStart::DiedEarly() {
  if (progress_->failed) return Error(EndTexts(progress_->error));
  if (progress_->channel_lost) return LostChannel();
  // The channel ends a moment before the process does; what lives on has closed it.
  const auto ended = sys::AwaitExit(container_.pidfd(), kEndAfterChannel);
  if (!ended.ok() || !*ended || progress_->channel_lost) return LostChannel();
  (void)container_.AwaitEnd().ok();
  return EndedEarly(setup_, PositionOf(*progress_), container_.wait_status());
}

}  // namespace slipway::launch
