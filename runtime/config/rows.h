// The rows of a table of options.

#ifndef SLIPWAY_RUNTIME_CONFIG_ROWS_H_
#define SLIPWAY_RUNTIME_CONFIG_ROWS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/sdk/abi.h"

namespace slipway::config {

// The row of that name; nullptr when there is none.
const slipway_option* FindRow(const slipway_option* table, uint32_t count, std::string_view name);

// The names of the rows, in order.
std::vector<std::string_view> RowNames(const slipway_option* table, uint32_t count);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_ROWS_H_
