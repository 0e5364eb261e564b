// Texts of which any byte may be somebody else's, for JSON.

#ifndef SLIPWAY_RUNTIME_CLI_JSON_TEXT_H_
#define SLIPWAY_RUNTIME_CLI_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace slipway::cli {

// `text` as JSON can have it: U+FFFD in the place of each byte that is not UTF-8 (RFC 8259, 8.1).
std::string JsonText(std::string_view text);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_JSON_TEXT_H_
