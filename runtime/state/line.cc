#include "runtime/state/line.h"

#include <zlib.h>

#include <charconv>
#include <cstdint>

namespace slipway::state {
namespace {

constexpr size_t kDigits = 8;

uint32_t ChecksumOf(std::string_view text) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

// Nearly every payload is a single piece.
std::string Escape(std::string_view payload) {
  std::string text;
  while (true) {
    size_t special = 0;
    while (special < payload.size() && payload[special] != '\n' && payload[special] != '\\') {
      ++special;
    }
    text.append(payload.substr(0, special));
    if (special == payload.size()) return text;
    text.append(payload[special] == '\n' ? "\\n" : "\\\\");
    payload.remove_prefix(special + 1);
  }
}

std::optional<std::string> Unescape(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return std::string(text);
  std::string payload;
  payload.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      payload += text[i];
      continue;
    }
    if (++i == text.size() || (text[i] != 'n' && text[i] != '\\')) return std::nullopt;
    payload += text[i] == 'n' ? '\n' : '\\';
  }
  return payload;
}

}  // namespace

std::string FormatLine(std::string_view payload) {
  const std::string text = Escape(payload);
  const uint32_t checksum = ChecksumOf(text);
  char digits[kDigits];
  for (size_t i = 0; i < kDigits; ++i) {
    digits[i] = "0123456789abcdef"[(checksum >> (4 * (kDigits - 1 - i))) & 15];
  }
  std::string line;
  line.reserve(kDigits + 1 + text.size() + 1);
  return line.append(digits, kDigits).append(" ").append(text).append("\n");
}

std::optional<std::string> ParseLine(std::string_view line) {
  if (line.size() <= kDigits || line[kDigits] != ' ') return std::nullopt;
  uint32_t checksum = 0;
  const auto number = std::from_chars(line.data(), line.data() + kDigits, checksum, 16);
  if (number.ec != std::errc() || number.ptr != line.data() + kDigits) return std::nullopt;
  const std::string_view text = line.substr(kDigits + 1);
  if (ChecksumOf(text) != checksum) return std::nullopt;
  return Unescape(text);
}

}  // namespace slipway::state
