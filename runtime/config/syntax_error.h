// yaml-cpp's complaints, in words that the author of a config can act on.

#ifndef SLIPWAY_RUNTIME_CONFIG_SYNTAX_ERROR_H_
#define SLIPWAY_RUNTIME_CONFIG_SYNTAX_ERROR_H_

#include <yaml-cpp/exceptions.h>

#include "runtime/config/node.h"
#include "runtime/config/text.h"
#include "runtime/sdk/error.h"

namespace slipway::config {

// yaml-cpp's marks count from 0, a Place from 1.
inline Place ToPlace(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {.line = mark.line + 1, .column = mark.column + 1};
}

// `lines` is the text that yaml-cpp read.
Error SyntaxError(const YAML::Exception& exception, const Lines& lines, const Source& source);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SYNTAX_ERROR_H_
