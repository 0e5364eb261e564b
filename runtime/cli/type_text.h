// What an option takes, in a few words: for a list or table of options.

#ifndef SLIPWAY_RUNTIME_CLI_TYPE_TEXT_H_
#define SLIPWAY_RUNTIME_CLI_TYPE_TEXT_H_

#include <string>

#include "runtime/sdk/abi.h"

namespace slipway::cli {

// "integer, 1 to 64 tasks", "size, at least 4KiB, such as 512MiB", "list of {source, target}".
std::string TypeText(const slipway_option& option);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_TYPE_TEXT_H_
