// The rows of a table of options, for those who walk over it: the host. A stage knows its own.

#ifndef SLIPWAY_RUNTIME_SDK_OPTION_AT_H_
#define SLIPWAY_RUNTIME_SDK_OPTION_AT_H_

#include <cstddef>

#include "runtime/sdk/abi.h"

namespace slipway {

// From one row to the next, as slipway_plugin.option_size has it. So far the host takes only
// plugins that were built with its own; with the first that it takes of another, this comes from
// the plugin, and nobody else has to change.
inline constexpr size_t kOptionSize = sizeof(slipway_option);

inline const slipway_option& OptionAt(const slipway_option* table, size_t index) {
  const char* row = reinterpret_cast<const char*>(table) + index * kOptionSize;
  return *reinterpret_cast<const slipway_option*>(row);
}

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_OPTION_AT_H_
