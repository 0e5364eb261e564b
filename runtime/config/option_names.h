// What an option that a stage does not have may have been meant to be.

#ifndef SLIPWAY_RUNTIME_CONFIG_OPTION_NAMES_H_
#define SLIPWAY_RUNTIME_CONFIG_OPTION_NAMES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/config/node.h"
#include "runtime/sdk/abi.h"

namespace slipway::config {

struct OptionGuess {
  const slipway_option* option = nullptr;  // the one that was meant, if that is clear
  std::string hint;
};

// name: not that of a row of the table. value: what was written for it; it tells `pids: {max: 20}`
// for pids.max. stage: whose table it is, or that of a record in it.
OptionGuess GuessOption(std::string_view name, const Node& value, const slipway_option* table,
                        uint32_t count, std::string_view stage);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_OPTION_NAMES_H_
