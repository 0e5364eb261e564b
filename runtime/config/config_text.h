// The text of a config as it was read: to be parsed, and to quote a line from when that fails.

#ifndef SLIPWAY_RUNTIME_CONFIG_CONFIG_TEXT_H_
#define SLIPWAY_RUNTIME_CONFIG_CONFIG_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::config {

inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;

struct ConfigText {
  std::string name;  // in errors: the path as it was given, "standard input", "fd:3"
  std::string text;

  // A line, counted from 1, without its newline; empty when there is no such line.
  std::string_view Line(int line) const;

  // path: of a file, "-" for standard input, or "fd:N" for an open descriptor, which stays open.
  // At most kMaxConfigBytes.
  static Result<ConfigText> Read(const std::string& path);
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_CONFIG_TEXT_H_
