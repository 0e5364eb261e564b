#include "runtime/config/text.h"

#include <algorithm>

namespace slipway::config {
namespace {

constexpr std::string_view kBlank = " \t\r";

// The length of the UTF-8 sequence at the front, which is not ASCII, 2 to 4; 0 when it is not a
// valid one. The bounds of the second byte keep out overlong forms, surrogates and what lies above
// U+10FFFF.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// Beyond ASCII: control characters, line ends of YAML 1.1, byte order marks and no characters.
bool IsStray(char32_t character) {
  return character < 0xa0 || character == 0x2028 || character == 0x2029 || character == 0xfeff ||
         character == 0xfffe || character == 0xffff;
}

bool IsBlank(char c) { return kBlank.find(c) != std::string_view::npos; }

std::string_view WithoutComment(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      line = line.substr(0, i);
      break;
    }
  }
  return line.substr(0, line.find_last_not_of(kBlank) + 1);
}

}  // namespace

Place PlaceOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t newline = before.rfind('\n');
  const size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return {.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          .column = 1 + static_cast<int>(offset - line_start)};
}

Lines::Lines(std::string_view text) : text_(text), starts_{0} {
  for (size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1)) {
    starts_.push_back(i + 1);
  }
}

std::string_view Lines::operator[](int line) const {
  if (line < 1 || line > count()) return {};
  const std::string_view rest = text_.substr(starts_[static_cast<size_t>(line) - 1]);
  return rest.substr(0, rest.find('\n'));
}

Place Lines::PlaceIn(int line, size_t offset) const {
  const size_t start = starts_[std::min(static_cast<size_t>(line), starts_.size()) - 1];
  return {.line = line, .column = static_cast<int>(offset - start) + 1};
}

std::string_view Lines::From(Place place) const {
  const size_t line = std::min(static_cast<size_t>(place.line), starts_.size()) - 1;
  return text_.substr(
      std::min(text_.size(), starts_[line] + static_cast<size_t>(place.column) - 1));
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

size_t FindInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const size_t length = SequenceLength(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

size_t FindStrayCharacter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t') continue;
    if (byte == '\r' && text.substr(i).starts_with("\r\n")) continue;
    // Continuation bytes fall through, and so does what is fine.
    if (byte < 0x80 || (byte >= 0xc2 && IsStray(CharacterAt(text, i)))) return i;
  }
  return std::string_view::npos;
}

char32_t CharacterAt(std::string_view text, size_t offset) {
  const auto lead = static_cast<unsigned char>(text[offset]);
  if (lead < 0x80) return lead;
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t character = lead & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) character = character << 6 | (text[offset + i] & 0x3fU);
  return character;
}

size_t FindMissingSpace(std::string_view line) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (line.size() > 1 && line[0] == '-' && is_letter(line[1])) return 0;
  size_t word = 0;
  const auto in_word = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  while (word < line.size() && in_word(line[word])) ++word;
  const bool lacks = word > 0 && word + 1 < line.size() && line[word] == ':' &&
                     !IsBlank(line[word + 1]) && line[word + 1] != ':' &&
                     !line.substr(word + 1).starts_with("//");
  return lacks ? word : std::string_view::npos;
}

std::string MissingSpaceHint(std::string_view line) {
  const size_t missing = FindMissingSpace(line);
  if (missing == std::string_view::npos) return {};
  return std::string("write a space after the '") + line[missing] + "'";
}

Place EmptyItemBefore(const Lines& lines, Place place) {
  for (int line = place.line; line > 0; --line) {
    std::string_view content = lines[line];
    if (line == place.line) content = content.substr(0, static_cast<size_t>(place.column - 1));
    content = WithoutComment(content);
    if (content.ends_with('-')) {
      return {.line = line, .column = static_cast<int>(content.size())};
    }
    if (!content.empty()) break;
  }
  return place;
}

}  // namespace slipway::config
