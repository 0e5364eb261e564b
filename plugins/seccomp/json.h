// A strict reader of JSON, RFC 8259, that knows where each value stands. A plugin may not bring a
// library along, and a profile needs little: what is read may have been written by anybody.

#ifndef SLIPWAY_PLUGINS_SECCOMP_JSON_H_
#define SLIPWAY_PLUGINS_SECCOMP_JSON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sdk/result.h"

namespace seccomp {

struct Json {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool boolean = false;
  std::optional<uint64_t> number;  // of a kNumber that is one
  std::string text;                // of a kString
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;  // no name is there twice
  std::string where;                                  // "line:column"
};

// Nested at most 32 deep. An error's hint begins with "line:column".
slipway::Result<Json> ParseJson(std::string_view text);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_JSON_H_
