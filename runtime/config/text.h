// The raw text of a config: places in it, and what the YAML parser cannot say well.

#ifndef SLIPWAY_RUNTIME_CONFIG_TEXT_H_
#define SLIPWAY_RUNTIME_CONFIG_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/node.h"

namespace slipway::config {

// The place of the byte at `offset`, at most text.size().
Place PlaceOf(std::string_view text, size_t offset);

// The text without the byte order mark that some editors put in front.
std::string_view WithoutByteOrderMark(std::string_view text);

// The offset of the first byte that is not part of valid UTF-8; npos when there is none.
size_t FindInvalidUtf8(std::string_view text);

// The offset of the first character that YAML does not allow, or that only some readers take for
// the end of a line: a carriage return without its newline, U+2028. npos when there is none. The
// text is valid UTF-8.
size_t FindStrayCharacter(std::string_view text);

// The character whose bytes begin at `offset` of a text that is valid UTF-8.
char32_t CharacterAt(std::string_view text, size_t offset);

// A text by lines, which count from 1. Borrows the text.
class Lines {
 public:
  explicit Lines(std::string_view text);

  int count() const { return static_cast<int>(starts_.size()); }

  // A line without its newline; empty when there is no such line.
  std::string_view operator[](int line) const;

  // The place of the byte at `offset` of the text, which is in `line`.
  Place PlaceIn(int line, size_t offset) const;

  // The text from `place` on.
  std::string_view From(Place place) const;

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

// The offset in a line of a ':' that lacks the space behind it, as in "version:1", or of such a '-'
// in front, as in "-pid"; npos when there is none. Only where a text is wrong anyway this says why:
// "-c" and "a:b" may be meant.
size_t FindMissingSpace(std::string_view line);

// What to do about it, for a hint: "write a space after the ':'". Empty when none is missing.
std::string MissingSpaceHint(std::string_view line);

// The '-' of the empty list item that ends before `place`, where a parser notices it; `place`
// when there is none.
Place EmptyItemBefore(const Lines& lines, Place place);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_TEXT_H_
