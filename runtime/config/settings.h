// From the overrides of the command line to the options of the stages that they reach.

#ifndef SLIPWAY_RUNTIME_CONFIG_SETTINGS_H_
#define SLIPWAY_RUNTIME_CONFIG_SETTINGS_H_

#include <deque>
#include <vector>

#include "runtime/config/file_settings.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"
#include "runtime/config/override.h"
#include "runtime/config/pipeline.h"

namespace slipway::config {

// An override whose text has been read.
struct Setting {
  Override from;
  Source source;
  Node value;
};

// Deques: what is Given to CheckOptions points into them.
struct Settings {
  std::deque<Setting> all;
  std::deque<Node> merged;  // values to which something was added
};

// Reads the texts; tells those that are no YAML, and leaves them out.
void ReadSettings(const std::vector<Override>& overrides, Settings& settings, Mistakes& mistakes);

// Settings of configs, to be applied before those of the command line.
void AddFileSettings(const std::vector<FileSetting>& set, Settings& settings);

// Puts each setting in the place of what is given to the stages of the pipeline, or adds to that,
// in their order; and the same for the process and the annotations. Stages whose descriptor is
// nullptr are not known: what is said of them, and what may be meant for them, is passed over.
void ApplySettings(Settings& settings, Pipeline& pipeline, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SETTINGS_H_
