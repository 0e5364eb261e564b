// The options that the stages of a pipeline offer to the command line: `--memory`, `--read-only`.

#ifndef SLIPWAY_RUNTIME_CONFIG_SHORT_NAMES_H_
#define SLIPWAY_RUNTIME_CONFIG_SHORT_NAMES_H_

#include <string>
#include <vector>

#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/sdk/abi.h"

namespace slipway::config {

struct ShortName {
  std::string name;              // without the dashes
  std::string stage;             // the first that has it
  const slipway_option* option;  // of that stage: a flag when it is a SLIPWAY_BOOL; the loader's
};

// Of all stages of the document, each name once, in the order of the pipeline and of the tables.
// Stages that cannot be loaded offer nothing: Check tells why. ShortOverride (override.h) is what
// becomes of a use.
std::vector<ShortName> ShortNamesOf(const Document& document, const LoadStage& load);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SHORT_NAMES_H_
