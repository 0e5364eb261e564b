// The `set:` part of a config that extends another one: options of the other one's stages.

#ifndef SLIPWAY_RUNTIME_CONFIG_FILE_SETTINGS_H_
#define SLIPWAY_RUNTIME_CONFIG_FILE_SETTINGS_H_

#include <string>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"

namespace slipway::config {

// `STAGE.OPTION: VALUE`, or `STAGE.OPTION+: VALUE`, which adds to a list or a map.
struct FileSetting {
  std::string stage;  // as of Override
  std::string option;
  bool append = false;
  Place place;
  Node value;
  const Source* source = nullptr;  // of the file; outlives it
};

// Checks the map below `set:`. What is wrong is told and left out.
std::vector<FileSetting> ReadFileSettings(const Node& node, const Source& source,
                                          Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_FILE_SETTINGS_H_
