// YAML text -> Node.
//
// Of YAML this takes what a config needs: maps with text keys, lists, scalars, and aliases, which
// are copied. It refuses what would be read in two ways or not as written: duplicate keys, merge
// keys, tags, keys that are not texts, empty list items, more than one document.

#ifndef SLIPWAY_RUNTIME_CONFIG_YAML_H_
#define SLIPWAY_RUNTIME_CONFIG_YAML_H_

#include <string_view>

#include "runtime/config/node.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// `source` is named in errors. A text without content gives a null node.
Result<Node> ParseYaml(std::string_view text, const Source& source);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_YAML_H_
