// A container that has been created, and starts later, at the word of another process.
//
//   host (runtime create)                  child, then slipway-init
//     a listening socket in the state
//     folder; clone3; ...                  InChild ... last steps; exec of slipway-init
//              <-------------------------  Answered(waiting)
//     journal: created; ends               waits at the socket: nobody's child
//
//   runtime start
//     connects  ------------------------>  forks and executes the command,
//              <-------------------------  Answered(step, errno)
//                                          or, without an init, executes it itself:
//              <-------------------------  Answered(becoming), and the end of the connection
//     journal: running; ends

#ifndef SLIPWAY_RUNTIME_LAUNCH_CREATED_H_
#define SLIPWAY_RUNTIME_LAUNCH_CREATED_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "runtime/launch/container.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/outcome.h"
#include "runtime/launch/signals.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// Its first process waits for the start: writes that down, and lets it go. told: called before,
// with the process; when it fails, that is the error. Returns the runtime's exit status; not 0 when
// a signal came meanwhile, and the container is still this process's to undo.
Result<int> LeaveWaiting(const std::function<Status(pid_t)>& told, const SignalSource& signals,
                         Container& container, Guard& guard, state::Journal& journal,
                         Outcome& outcome);

// What has become of one that was told to start.
struct Started {
  std::optional<Error> refused = {};  // why the command does not run; then the container has ended
  // The exit status, when a signal came before there was an answer.
  int interrupted = 0;
  bool too_late = false;  // there was no answer in time
};

// connection: by which it was told; closed, so that a container that has not taken note of it goes
// on to wait. command: as a person would read it. patience: 0: for ever. An error says that nobody
// knows: the container may run.
Result<Started> AwaitStarted(sys::Fd connection, const SignalSource& signals,
                             const std::string& command, std::chrono::seconds patience);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CREATED_H_
