// What a scalar of YAML stands for, read from how it is written.
//
// yaml-cpp 0.7 drops newlines at the end of a text in quotes and writes bytes that are not UTF-8
// for
// "\N" and "\_"; and it counts blanks behind the last line of a block as one of its lines. So it
// says only where a text is.

#ifndef SLIPWAY_RUNTIME_CONFIG_UNFOLD_H_
#define SLIPWAY_RUNTIME_CONFIG_UNFOLD_H_

#include <string>
#include <string_view>

namespace slipway::config {

// Of a plain text: its lines, joined by spaces, or by a newline for each blank line between them.
std::string UnfoldPlain(std::string_view written);

// Of a text in quotes, with them. Its escapes are right.
std::string UnfoldQuoted(std::string_view written);

// Of a text behind '|' or '>', with them, that stands `indent` columns deep.
std::string UnfoldBlock(std::string_view written, int indent);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_UNFOLD_H_
