// Help texts, made from the tables that the options are read with.

#ifndef SLIPWAY_RUNTIME_CLI_HELP_H_
#define SLIPWAY_RUNTIME_CLI_HELP_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "runtime/cli/words.h"

namespace slipway::cli {

// The width that help is written for: the terminal's, at most 100 columns; 80 where stdout is none.
size_t HelpWidth();

// A row of two columns, the second one broken at `width`: "  list      list containers\n". The
// first is as wide as `name_width`; a longer name gets a line of its own.
std::string Row(std::string_view name, std::string_view meaning, size_t name_width, size_t width);

// A row for each option: "  -e, --env NAME=VALUE  ...".
std::string OptionsAsText(std::span<const Option> options, size_t width);

// Paragraphs, which an empty line parts. A line that begins with a blank stays as it is.
std::string Paragraphs(std::string_view text, size_t width);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_HELP_H_
