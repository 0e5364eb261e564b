// A container in the background: who calls gets its prompt back, and a runtime of its own session
// stays.
//
//   caller's process                       monitor
//     fork  ----------------------------->  builds the container, says on the caller's stderr what
//     (waits; passes signals on)            went wrong
//              <--------------------------  a byte: the command runs
//     prints the id; ends                   waits for the container's end, writes it down, undoes

#ifndef SLIPWAY_RUNTIME_COMMANDS_DETACH_H_
#define SLIPWAY_RUNTIME_COMMANDS_DETACH_H_

#include "runtime/cli/report.h"
#include "runtime/commands/command.h"
#include "runtime/commands/run_options.h"
#include "runtime/sdk/result.h"

namespace slipway::commands {

// Comes back in both processes; what it returns is each one's own. options: with a log.
Result<cli::Report> RunDetached(Given& given, RunOptions& options);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_DETACH_H_
