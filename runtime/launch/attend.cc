#include "runtime/launch/attend.h"

#include <signal.h>

#include <optional>
#include <utility>

#include "runtime/launch/relay.h"
#include "runtime/launch/supervisor.h"
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
  std::optional<Relay> relay;
  if (began.terminal.valid()) {
    auto begun = Relay::Begin(std::move(began.terminal));
    if (!begun.ok()) return EndFor(std::move(begun.error()), process, outcome);
    relay.emplace(std::move(*begun));
  }
  Supervisor supervisor(process, attendance.signals, attendance.terminal, relay ? &*relay : nullptr,
                        attendance.caller);
  auto exit_status = supervisor.Run(began.early);
  outcome.signaled = supervisor.signaled();
  outcome.usage.processes = process.usage();
  return exit_status;
}

}  // namespace slipway::launch
