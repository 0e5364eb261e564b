// The `plugins:` part of a config: which file a stage is loaded from, and with which digest.

#ifndef SLIPWAY_RUNTIME_CONFIG_PINS_H_
#define SLIPWAY_RUNTIME_CONFIG_PINS_H_

#include <map>
#include <string>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"

namespace slipway::config {

struct Pin {
  std::string path;    // absolute, or empty: found by name as usual
  std::string sha256;  // 64 lower-case hexadecimal digits, or empty
  std::string where;   // "configs/ubuntu.yaml:12:3"
  std::string sha256_where;
  bool wrong = false;  // a mistake has been told of it: the stage must not be loaded by it
};

// Checks the map below `plugins:`: stage name -> {path, sha256}.
std::map<std::string, Pin> ReadPins(const Node& node, const Source& source, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_PINS_H_
