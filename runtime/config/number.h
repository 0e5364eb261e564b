// Texts of numbers, sizes and durations -> int64_t.
//
// The errors say what is wrong with the text ("not an integer", the text as subject) and carry a
// hint only where the mistake is a known one; place, option and what would be right are added by
// the caller. None of this looks at the locale.

#ifndef SLIPWAY_RUNTIME_CONFIG_NUMBER_H_
#define SLIPWAY_RUNTIME_CONFIG_NUMBER_H_

#include <cstdint>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::config {

// "-12", "0x1f", "0o17". A leading zero is refused: "0755" means two things.
Result<int64_t> ParseInteger(std::string_view text);

// "1.5" -> 1500 thousandths; at most three decimal places.
Result<int64_t> ParseDecimal(std::string_view text);

// "4096", "512MiB", "1.5G" -> bytes. K, M, G, T and KiB, MiB, GiB, TiB are powers of 1024.
Result<int64_t> ParseBytes(std::string_view text);

// "100ms", "1.5s" -> nanoseconds. Units: ns us ms s m h.
Result<int64_t> ParseDuration(std::string_view text);

// The same, or "-100ms", "+100ms".
Result<int64_t> ParseSignedDuration(std::string_view text);

// "755", "0755", "0o755", "1777": permissions, always in octal -> the bits of chmod(2), up to
// 07777.
Result<int64_t> ParseMode(std::string_view text);

// "true" or "false" -> 1 or 0.
Result<int64_t> ParseBool(std::string_view text);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_NUMBER_H_
