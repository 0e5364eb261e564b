// Long texts for terminals: broken between words.

#ifndef SLIPWAY_RUNTIME_TEXT_WRAP_H_
#define SLIPWAY_RUNTIME_TEXT_WRAP_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::text {

// `text` with a newline in place of a blank wherever a line would be wider than `width` columns;
// each line but the first begins with `indent` blanks. `first`: how many columns the first line has
// behind what stands in front of it. A word that is wider than a line stays whole. Columns are
// characters of UTF-8. width 0: nothing is broken.
std::string Wrap(std::string_view text, size_t width, size_t indent = 0, size_t first = 0);

// How many characters a text in UTF-8 has.
size_t Columns(std::string_view text);

}  // namespace slipway::text

#endif  // SLIPWAY_RUNTIME_TEXT_WRAP_H_
