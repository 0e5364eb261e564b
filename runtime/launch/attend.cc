#include "runtime/launch/attend.h"

#include <signal.h>

#include "runtime/sys/process.h"

namespace slipway::launch {

Result<int> Attend(const Attendance& attendance, Container& process,
                   const std::vector<SignalEvent>& early, Outcome& outcome) {
  outcome.started = true;
  if (attendance.started) {
    Status told = attendance.started(process.pid());
    if (!told.ok()) {
      (void)sys::SendSignal(process.pidfd(), SIGKILL).ok();
      (void)process.AwaitEnd().ok();
      outcome.usage.processes = process.usage();
      return told;
    }
  }
  Supervisor supervisor(process, attendance.supervision);
  auto exit_status = supervisor.Run(early);
  outcome.signaled = supervisor.signaled();
  outcome.timed_out = supervisor.timed_out();
  outcome.usage.processes = process.usage();
  return exit_status;
}

}  // namespace slipway::launch
