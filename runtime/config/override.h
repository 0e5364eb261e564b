// `--set stage.option=value`: options given on the command line.

#ifndef SLIPWAY_RUNTIME_CONFIG_OVERRIDE_H_
#define SLIPWAY_RUNTIME_CONFIG_OVERRIDE_H_

#include <string>

#include "runtime/sdk/result.h"

namespace slipway::config {

struct Override {
  std::string stage;
  std::string option;
  std::string text;  // YAML
};

// "cgroup-v2.pids.max=20": the stage up to the first '.', the option up to the first '='.
Result<Override> ParseOverride(const std::string& text);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_OVERRIDE_H_
