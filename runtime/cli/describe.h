// A stage's descriptor as text for people: made from the same table that its options are checked
// with, so it cannot be out of date.

#ifndef SLIPWAY_RUNTIME_CLI_DESCRIBE_H_
#define SLIPWAY_RUNTIME_CLI_DESCRIBE_H_

#include <string>

#include "runtime/sdk/abi.h"

namespace slipway::cli {

// The ABI of this runtime and of all that it loads, as "0.9".
std::string AbiText();

// The privileges that a stage needs, in words.
std::string NeedsText(const slipway_stage& stage);

// What the stage does and needs, its order rules and its options.
// file: of its plugin.
std::string DescribeStage(const slipway_stage& stage, const std::string& file);

// The option table of the stage's README.md.
std::string OptionsAsMarkdown(const slipway_stage& stage);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_DESCRIBE_H_
