// The `stages:` part of a config: names and raw options, before any plugin is known.

#ifndef SLIPWAY_RUNTIME_CONFIG_STAGES_H_
#define SLIPWAY_RUNTIME_CONFIG_STAGES_H_

#include <string>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

struct RawStage {
  std::string name;
  Place place;   // of the name
  Node options;  // a map, or null when none are given
};

// One item of the list: one stage, or the alternatives of `first-of`.
struct RawStep {
  Place place;
  std::vector<RawStage> alternatives;
};

// Checks the list below `stages:`, and that no stage stands in it twice. Takes the options out of
// `node`.
Result<std::vector<RawStep>> ReadStages(Node node, const Source& source);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_STAGES_H_
