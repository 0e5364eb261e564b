// The text of a config as it was read: to be parsed, and to quote a line from when that fails.

#ifndef SLIPWAY_RUNTIME_CONFIG_CONFIG_TEXT_H_
#define SLIPWAY_RUNTIME_CONFIG_CONFIG_TEXT_H_

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::config {

inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;

struct ConfigText {
  std::string name;  // in errors: the path as it was given, "standard input", "fd:3"
  std::string text;
  // What fstat(2) says of the file that was read; nullopt: it was a descriptor of the caller's,
  // also by a path such as /dev/fd/3 or /dev/stdin.
  std::optional<struct stat> file = {};

  // A line, counted from 1, without its newline; empty when there is no such line.
  std::string_view Line(int line) const;

  // path: of a file, "-" for standard input, or "fd:N" for an open descriptor, which stays open.
  // At most kMaxConfigBytes.
  static Result<ConfigText> Read(const std::string& path);

  // Of a config that another one extends: a regular file, by a path of its own.
  static Result<ConfigText> ReadBase(const std::string& path);
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_CONFIG_TEXT_H_
