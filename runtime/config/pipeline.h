// A config in which everything has been checked: what the host runs.

#ifndef SLIPWAY_RUNTIME_CONFIG_PIPELINE_H_
#define SLIPWAY_RUNTIME_CONFIG_PIPELINE_H_

#include <memory>
#include <string>
#include <vector>

#include "runtime/config/process.h"
#include "runtime/config/values.h"
#include "runtime/sdk/abi.h"

namespace slipway::config {

// One stage, with its options.
struct StageEntry {
  std::string name;
  std::string where;                            // "configs/ubuntu.yaml:7:5"
  const slipway_stage* descriptor;              // the loader's
  std::shared_ptr<const OptionValues> options;  // data(): one value for each row of the table
};

// One item of the pipeline.
struct Step {
  std::string where;
  std::vector<StageEntry> alternatives;  // never empty; more than one: first-of
};

struct Pipeline {
  Process process;
  std::vector<Step> steps;
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_PIPELINE_H_
