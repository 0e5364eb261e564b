// A stage's descriptor as text for people: made from the same table that its options are checked
// with, so it cannot be out of date.

#ifndef SLIPWAY_RUNTIME_CLI_DESCRIBE_H_
#define SLIPWAY_RUNTIME_CLI_DESCRIBE_H_

#include <functional>
#include <string>

#include "runtime/sdk/abi.h"

namespace slipway::cli {

// The ABI of this runtime and of all that it loads, as "0.9".
std::string AbiText();

// The privileges that a stage needs, in words.
std::string NeedsText(const slipway_stage& stage);

// Names in a row: "a, b". tokens: ends with null, or is null.
std::string TokensText(const char* const* tokens);

// The type of an option, its default, and what else holds for its values.
std::string ValueText(const slipway_option& option);

// Each option of the stage, and below it the fields of its records, as `binds.source`.
void ForEachOption(
    const slipway_stage& stage,
    const std::function<void(const std::string& name, const slipway_option& option)>& row);

// What the stage does and needs, its order rules and its options.
// file: of its plugin.
std::string DescribeStage(const slipway_stage& stage, const std::string& file);

// The option table of the stage's README.md.
std::string OptionsAsMarkdown(const slipway_stage& stage);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_DESCRIBE_H_
