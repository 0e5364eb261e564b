#include "runtime/config/unfold.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace slipway::config {
namespace {

constexpr std::string_view kBlank = " \t";

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string_view Trim(std::string_view line) {
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(kBlank)));
  return line.substr(0, line.find_last_not_of(kBlank) + 1);
}

void AppendUtf8(uint32_t character, std::string& text) {
  const auto byte = [&](uint32_t lead, int shift) {
    text.push_back(static_cast<char>(lead | (character >> shift & (lead == 0x80 ? 0x3f : 0x7f))));
  };
  if (character < 0x80) {
    byte(0, 0);
    return;
  }
  if (character < 0x800) {
    byte(0xc0, 6);
  } else {
    if (character < 0x10000) {
      byte(0xe0, 12);
    } else {
      byte(0xf0, 18);
      byte(0x80, 12);
    }
    byte(0x80, 6);
  }
  byte(0x80, 0);
}

// Appends what the escape in front of `written` stands for, and returns its length.
size_t Unescape(std::string_view written, std::string& text) {
  constexpr std::string_view kLetters = "0abt\tnvfreN_LP";
  constexpr uint32_t kCharacters[] = {0,  7,  8,  9,    9,    10,     11,
                                      12, 13, 27, 0x85, 0xa0, 0x2028, 0x2029};
  const char c = written[1];
  const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  const size_t letter = kLetters.find(c);
  auto character = static_cast<uint32_t>(c);  // of " / \ and a space
  if (digits > 0) {
    std::from_chars(written.data() + 2, written.data() + 2 + digits, character, 16);
  } else if (letter != std::string_view::npos) {
    character = kCharacters[letter];
  }
  AppendUtf8(character, text);
  return 2 + digits;
}

}  // namespace

std::string UnfoldPlain(std::string_view written) {
  std::string text;
  size_t blank_lines = 0;
  for (std::string_view line : SplitLines(written)) {
    line = Trim(line);
    if (line.empty()) {
      ++blank_lines;
      continue;
    }
    if (!text.empty()) text.append(std::max<size_t>(blank_lines, 1), blank_lines > 0 ? '\n' : ' ');
    text.append(line);
    blank_lines = 0;
  }
  return text;
}

// YAML 1.2.2, 7.3. Blanks around the end of a line are dropped, but for those that an escape
// writes.
std::string UnfoldQuoted(std::string_view written) {
  const char quote = written.front();
  written = written.substr(1, written.size() - 2);
  std::string text;
  size_t kept = 0;      // what is in front of it does not go, however blank
  size_t newlines = 0;  // since the last character that is not blank
  bool escaped_newline = false;
  for (size_t i = 0; i < written.size();) {
    const char c = written[i];
    if (c == '\r' || c == '\n') {
      if (newlines++ == 0) text.resize(std::max(kept, text.find_last_not_of(kBlank) + 1));
      i += c == '\r' ? 2 : 1;
      i = std::min(written.size(), written.find_first_not_of(kBlank, i));
      if (i < written.size() && (written[i] == '\r' || written[i] == '\n')) continue;
      text.append(newlines == 1 ? (escaped_newline ? "" : " ") : std::string(newlines - 1, '\n'));
      newlines = 0;
      escaped_newline = false;
      kept = text.size();
    } else if (c == '\\' && quote == '"') {
      const char next = written[i + 1];
      escaped_newline = next == '\r' || next == '\n';
      if (escaped_newline) {
        ++i;
      } else {
        i += Unescape(written.substr(i), text);
      }
      kept = text.size();
    } else {
      text.push_back(c);
      i += c == '\'' && quote == c ? 2 : 1;
    }
  }
  return text;
}

// YAML 1.2.2, 8.1. A line that begins with a blank is not folded into its neighbours.
std::string UnfoldBlock(std::string_view written, int indent) {
  std::vector<std::string_view> lines = SplitLines(written);
  std::string_view header = lines[0];
  header = header.substr(0, header.find_first_of(" \t#"));
  const bool folded = header.starts_with('>');
  std::string text;
  bool any = false;
  bool last_is_deep = false;
  size_t newlines = 0;  // behind `text`
  for (size_t i = 1; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    line.remove_prefix(
        std::min({line.size(), static_cast<size_t>(indent), line.find_first_not_of(' ')}));
    if (!line.empty()) {
      const bool deep = kBlank.find(line[0]) != std::string_view::npos;
      if (folded && any && !last_is_deep && !deep) {
        text.append(newlines == 1 ? " " : std::string(newlines - 1, '\n'));
      } else {
        text.append(newlines, '\n');
      }
      text.append(line);
      any = true;
      last_is_deep = deep;
      newlines = 0;
    }
    if (i + 1 < lines.size()) ++newlines;
  }
  if (header.find('-') != std::string_view::npos) return text;
  const bool keeps = header.find('+') != std::string_view::npos;
  return text.append(keeps ? newlines : std::min<size_t>(newlines, any ? 1 : 0), '\n');
}

}  // namespace slipway::config
