// What the verbs that build a container have in common: run and create.

#ifndef SLIPWAY_RUNTIME_COMMANDS_LAUNCHING_H_
#define SLIPWAY_RUNTIME_COMMANDS_LAUNCHING_H_

#include <functional>
#include <string>

#include "runtime/cli/report.h"
#include "runtime/commands/command.h"
#include "runtime/commands/run_options.h"
#include "runtime/commands/tell.h"
#include "runtime/sdk/result.h"

namespace slipway::commands {

// What becomes of a container, besides what the options say.
struct Manner {
  bool create_only = false;  // it is built, and waits for its start
  bool kept = false;         // it stays after its end, until somebody deletes it
  std::string log = {};      // where its output goes, for `runtime logs`; absolute
  // Descriptors that become the command's standard ones; -1: it has the caller's.
  int input = -1;
  int output = -1;
  // Called once the command runs, or waits for its start, and everybody else has been told. When it
  // fails, the container is ended, and this is the error. May be empty.
  std::function<Status()> started = {};
};

// Checks everything, builds the container, and waits for its end unless it is only created. options
// and told outlive the call.
cli::Report LaunchContainer(Given& given, const RunOptions& options, const Manner& manner,
                            Told& told);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_LAUNCHING_H_
