// The `process:` part of a config: what runs inside, when the command line does not say.

#ifndef SLIPWAY_RUNTIME_CONFIG_PROCESS_H_
#define SLIPWAY_RUNTIME_CONFIG_PROCESS_H_

#include <map>
#include <string>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

struct Process {
  std::vector<std::string> args;           // empty: the config names no command
  std::string cwd = "/";                   // absolute, inside the container
  std::map<std::string, std::string> env;  // what the config adds to the environment
};

// Checks the map below `process:`.
Result<Process> ReadProcess(const Node& node, const Source& source);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_PROCESS_H_
