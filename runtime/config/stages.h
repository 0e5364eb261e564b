// The `stages:` part of a config: names and raw options, before any plugin is known.

#ifndef SLIPWAY_RUNTIME_CONFIG_STAGES_H_
#define SLIPWAY_RUNTIME_CONFIG_STAGES_H_

#include <optional>
#include <string>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"

namespace slipway::config {

struct RawStage {
  std::string name;                // empty when a mistake has been told of it
  const Source* source = nullptr;  // of the file that it stands in; outlives it
  Place place;                     // of the name
  Node options;                    // a map, or null when none are given
  bool options_wrong = false;      // a mistake has been told of where or what they are
  bool repeated = false;           // an earlier one has the name; told
};

// One item of the list: one stage, or the alternatives of `first-of`.
struct RawStep {
  const Source* source = nullptr;  // as of RawStage
  Place place;
  std::vector<RawStage> alternatives;  // never empty
  std::optional<Place> none;           // of the `none` behind them: it may be left out
};

// Checks the list below `stages:`, and that no stage stands in it twice, but as alternatives of one
// `first-of` with other options. Takes the options out of
// `node`. What is wrong is told, and stands in the list all the same: without it, rules about the
// order would seem to be broken.
std::vector<RawStep> ReadStages(Node node, const Source& source, Mistakes& mistakes);

// The same of stages that stand in two files, of which one extends the other.
void TellRepeated(const std::vector<RawStep>& base, std::vector<RawStep>& own, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_STAGES_H_
