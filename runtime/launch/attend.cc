#include "runtime/launch/attend.h"

#include <signal.h>

#include <memory>
#include <utility>

#include "runtime/launch/relay.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

Error EndFor(Error why, Container& process, Outcome& outcome) {
  (void)sys::SendSignal(process.pidfd(), SIGKILL).ok();
  (void)process.AwaitEnd().ok();
  outcome.usage.processes = process.usage();
  return why;
}

}  // namespace

Result<int> Attend(const Attendance& attendance, Container& process, Began& began,
                   Outcome& outcome) {
  outcome.started = true;
  if (attendance.started) {
    Status told = attendance.started(process.pid());
    if (!told.ok()) return EndFor(std::move(told.error()), process, outcome);
  }
  std::unique_ptr<Relay> relay;
  Supervision supervision = attendance.supervision;
  if (began.terminal.valid()) {
    auto begun = Relay::Begin(std::move(began.terminal));
    if (!begun.ok()) return EndFor(std::move(begun.error()), process, outcome);
    relay = std::move(*begun);
    supervision.relay = relay.get();
  }
  Supervisor supervisor(process, supervision);
  auto exit_status = supervisor.Run(began.early);
  outcome.signaled = supervisor.signaled();
  outcome.timed_out = supervisor.timed_out();
  outcome.usage.processes = process.usage();
  return exit_status;
}

}  // namespace slipway::launch
