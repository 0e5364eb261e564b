// The `process:` part of a config: what runs inside, when the command line does not say.

#ifndef SLIPWAY_RUNTIME_CONFIG_PROCESS_H_
#define SLIPWAY_RUNTIME_CONFIG_PROCESS_H_

#include <signal.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"

namespace slipway::config {

struct Process {
  std::vector<std::string> args;           // empty: the config names no command
  std::string cwd = "/";                   // absolute, inside the container
  std::map<std::string, std::string> env;  // what the config adds to the environment

  // Variables of the caller's that the command gets too, where the caller has them; they take the
  // place of those in env.
  std::vector<std::string> pass;

  std::chrono::nanoseconds timeout{0};  // how long it may run; 0: as long as it likes
  std::chrono::nanoseconds grace = std::chrono::seconds(10);  // then, from stop_signal to KILL
  int stop_signal = SIGTERM;  // what asks the command to end, at a timeout and by `runtime stop`

  // Where they stand, for errors that come later; empty where they are not given.
  std::string args_where;
  std::string cwd_where;
  std::string timeout_where;
  std::string grace_where;
  std::string stop_signal_where;
};

// Checks the map below `process:`. What is wrong is told and left out.
Process ReadProcess(const Node& node, const Source& source, Mistakes& mistakes);

// What `over` says, in the place of what `process` says: of env each variable, of pass besides.
void Overlay(const Process& over, Process& process);

// One value of the command line's, or of a `set:`.
struct ProcessSetting {
  // "args", "cwd", "env", "pass", "timeout", "grace", "stop_signal", or "env.NAME"
  std::string_view key;
  const Node& value;
  const Source& source;  // of the value
  bool append = false;   // adds to what there is
};

// Puts it in the place of what `process` says, or adds to that. A variable that is set is not
// passed any more.
void SetInProcess(const ProcessSetting& setting, Process& process, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_PROCESS_H_
