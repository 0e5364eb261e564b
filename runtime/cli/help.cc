#include "runtime/cli/help.h"

#include <unistd.h>

#include <algorithm>

#include "runtime/cli/report.h"
#include "runtime/text/wrap.h"

namespace slipway::cli {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kWidest = 100;
constexpr size_t kMargin = 2;
constexpr size_t kOptionColumn = 26;

std::string NameOf(const Option& option) {
  std::string name = option.letter != 0 ? std::string("-") + option.letter + ", " : "";
  name.append("--").append(option.name);
  if (*option.value != '\0') name.append(" ").append(option.value);
  return name;
}

}  // namespace

size_t HelpWidth() {
  const size_t width = TerminalWidth(STDOUT_FILENO);
  return width == 0 ? kWidth : std::min(width, kWidest);
}

std::string Row(std::string_view name, std::string_view meaning, size_t name_width, size_t width) {
  const size_t column = 2 * kMargin + name_width;
  std::string row = std::string(kMargin, ' ').append(name);
  if (row.size() + kMargin > column) row += "\n";
  const size_t line = row.size() - (row.find('\n') + 1);  // npos + 1 is 0
  row.append(column - line, ' ');
  return row + text::Wrap(meaning, width, column, column) + "\n";
}

std::string OptionsAsText(std::span<const Option> options, size_t width) {
  std::string rows;
  for (const Option& option : options) {
    if (*option.help == '\0') continue;  // for the runtime's own use
    rows += Row(NameOf(option), option.help, kOptionColumn, width);
  }
  return rows;
}

std::string Paragraphs(std::string_view text, size_t width) {
  std::string wrapped;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    wrapped += line.starts_with(' ') ? std::string(line) : text::Wrap(line, width);
    wrapped += "\n";
  }
  return wrapped;
}

}  // namespace slipway::cli
