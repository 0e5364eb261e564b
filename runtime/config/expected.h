// What an option wants, in words, from its row in the table.

#ifndef SLIPWAY_RUNTIME_CONFIG_EXPECTED_H_
#define SLIPWAY_RUNTIME_CONFIG_EXPECTED_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/abi.h"

namespace slipway::config {

// "an integer from 1 to 4194304, in tasks", "a size of at least 4KiB, such as 512MiB". It goes well
// behind "write".
std::string Expected(const slipway_option& option);

// Does `number` lie within the bounds of the row, if it has any?
bool InRange(const slipway_option& option, int64_t number);

// SLIPWAY_ENUM: its names, in order.
std::vector<std::string_view> EnumNames(const slipway_option& option);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_EXPECTED_H_
