// The rows of a table of options, for those who walk over it: the host. A stage knows its own.

#ifndef SLIPWAY_RUNTIME_SDK_OPTION_AT_H_
#define SLIPWAY_RUNTIME_SDK_OPTION_AT_H_

#include <cstddef>
#include <cstdint>
#include <limits>

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

// The bounds of an option's number; those of the type where it has none.
inline int64_t LowestOf(const slipway_option& option) {
  return (option.flags & SLIPWAY_HAS_MINIMUM) != 0 ? option.minimum
                                                   : std::numeric_limits<int64_t>::min();
}
inline int64_t HighestOf(const slipway_option& option) {
  return (option.flags & SLIPWAY_HAS_MAXIMUM) != 0 ? option.maximum
                                                   : std::numeric_limits<int64_t>::max();
}

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_OPTION_AT_H_
