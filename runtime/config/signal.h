// A signal in a config or on the command line.

#ifndef SLIPWAY_RUNTIME_CONFIG_SIGNAL_H_
#define SLIPWAY_RUNTIME_CONFIG_SIGNAL_H_

#include <string>

#include "runtime/sdk/result.h"

namespace slipway::config {

// "TERM", "SIGTERM", "RTMIN+3", "15". The error says which name was meant.
Result<int> ParseSignal(const std::string& text);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SIGNAL_H_
