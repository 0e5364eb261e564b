// The host's part while the command runs: signals, the terminal, and the end.
//
// A signal that comes to the host goes on to the container's first process, unless the terminal
// sent it to both already. Where that process is pid 1 of its namespace, the kernel drops what
// pid 1 does not catch; there the host does what the default action would have done, so that
// Ctrl-C, Ctrl-Z and kill work as with any program.
//
// Where the command has a terminal of its own, the host relays it, and signals of job control that
// come to the host are the host's alone: Ctrl-Z is a key like any other then.
//
// A container that job control stops stops the host too, so that a shell sees its job stop, where
// there is a shell that can continue it. Whoever stops it otherwise, or stops itself, is left
// alone: nobody would continue the host.
//
// A command whose time is up gets its stop signal, and after a grace KILL.

#ifndef SLIPWAY_RUNTIME_LAUNCH_SUPERVISOR_H_
#define SLIPWAY_RUNTIME_LAUNCH_SUPERVISOR_H_

#include <chrono>
#include <optional>
#include <vector>

#include "runtime/launch/container.h"
#include "runtime/launch/relay.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/terminal.h"
#include "runtime/launch/time_limit.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

struct Supervision {
  const SignalSource& signals;
  const Terminal& terminal;  // as it was before the command ran
  Relay* relay = nullptr;    // of the command's own terminal, if it has one
  int caller = -1;           // a pidfd of the process whose end ends this one; -1: nobody's does
  TimeLimit limit = {};      // from the moment at which the command runs
};

class Supervisor {
 public:
  // What `with` points to outlives it.
  Supervisor(Container& container, const Supervision& with)
      : container_(container),
        signals_(with.signals),
        terminal_(with.terminal),
        relay_(with.relay),
        caller_(with.caller),
        limit_(with.limit),
        countdown_(with.limit) {}

  // Until the container's first process has ended. Returns the runtime's exit status: the
  // process's own, 128 + N for signal N, or kTimedOut. early: signals that came before the command
  // ran.
  Result<int> Run(const std::vector<SignalEvent>& early = {});

  // After Run: did a signal end it?
  bool signaled() const { return signaled_; }
  // Was it told to end because its time was up?
  bool timed_out() const { return timed_out_; }

 private:
  // Waits for a signal, or for the end of the caller, or until it is time to look.
  Status AwaitEvent();
  // Does what is due by the command's time limit.
  void LookAtTime();
  void TellTimeIsUp();
  void LetGoOn() const;
  // What the runtime returns for the process's own status.
  int ExitStatusFor(int wait_status) const;
  // The same as AwaitEvent, where there is more than signals to wait for. False: it was no signal.
  Result<bool> AwaitFiles(std::chrono::nanoseconds timeout);
  // Signals of the terminal that the relay takes. False: it is not one of them.
  bool TakenByRelay(const SignalEvent& event);
  void StopRelay(int signal);
  void PassOn(const SignalEvent& event);
  // Of one that is the container's in any case.
  void Deliver(const SignalEvent& event);
  void OnStopOfContainer();
  // False: this process was not stopped.
  bool StopWithContainer(int signal);
  // Stops this process by SIGTSTP, SIGTTIN or SIGTTOU; returns once it goes on. False: the kernel
  // did not let it, because nobody could continue it.
  static bool StopSelf(int signal);
  // The container is about to end, but for a process that takes no SIGKILL. Without a signal its
  // user is told after some seconds, with one at once; the next does not wait any longer.
  // False: it runs.
  bool HurriesEnd(const SignalEvent& event);
  void LookForEnding();
  void WarnOfLingering();
  bool InOurProcessGroup() const;
  bool DropsSignal(int signal) const;

  Container& container_;
  const SignalSource& signals_;
  const Terminal& terminal_;
  Relay* const relay_;
  const int caller_;
  const TimeLimit& limit_;
  Countdown countdown_;
  bool timed_out_ = false;
  bool caller_ended_ = false;
  bool signaled_ = false;
  bool told_of_waiting_ = false;
  // What was passed on as a SIGSTOP, and has not stopped the container yet.
  std::optional<SignalEvent> stopping_;
  std::optional<int> ended_by_;  // the signal whose default action ended the container
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_SUPERVISOR_H_
