// yaml-cpp's complaints, in words that the author of a config can act on.

#ifndef SLIPWAY_RUNTIME_CONFIG_SYNTAX_ERROR_H_
#define SLIPWAY_RUNTIME_CONFIG_SYNTAX_ERROR_H_

#include "runtime/config/node.h"
#include "runtime/config/yaml_events.h"
#include "runtime/sdk/error.h"

namespace slipway::config {

Error SyntaxError(const YamlComplaint& complaint, const Source& source);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SYNTAX_ERROR_H_
