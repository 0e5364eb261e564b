// One text -> the value of an option that is a single value.

#ifndef SLIPWAY_RUNTIME_CONFIG_SCALAR_H_
#define SLIPWAY_RUNTIME_CONFIG_SCALAR_H_

#include <string>

#include "runtime/config/values.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// folder: what a relative path is resolved against. Sets all of `value` but its type; what it
// points to goes to `memory`. The error says what is wrong with the text, and what would be right
// where that is more than Expected(option); it has neither place nor option.
Status CheckScalar(const slipway_option& option, const std::string& text, const std::string& folder,
                   OptionValues& memory, slipway_value& value);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SCALAR_H_
