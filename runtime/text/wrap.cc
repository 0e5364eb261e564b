#include "runtime/text/wrap.h"

namespace slipway::text {

size_t Columns(std::string_view text) {
  size_t columns = 0;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++columns;  // begins a character
  }
  return columns;
}

std::string Wrap(std::string_view text, size_t width, size_t indent, size_t first) {
  std::string wrapped;
  size_t column = first;
  bool begins_line = true;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t columns = Columns(word);
    if (!begins_line && width != 0 && column + 1 + columns > width) {
      wrapped.append("\n").append(indent, ' ');
      column = indent;
      begins_line = true;
    }
    if (!begins_line) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += columns;
    begins_line = false;
  }
  return wrapped;
}

}  // namespace slipway::text
