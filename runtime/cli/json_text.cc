#include "runtime/cli/json_text.h"

#include "runtime/sdk/error.h"

namespace slipway::cli {

std::string JsonText(std::string_view text) {
  constexpr unsigned char kAscii = 0x80;
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const bool ascii = static_cast<unsigned char>(text.front()) < kAscii;
    const size_t size = ascii ? 1 : internal::CharacterSize(text);
    clean.append(size == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return clean;
}

}  // namespace slipway::cli
