// Stages for programs: what a plugin says of itself, as JSON.

#ifndef SLIPWAY_RUNTIME_CLI_STAGE_JSON_H_
#define SLIPWAY_RUNTIME_CLI_STAGE_JSON_H_

#include <string>
#include <vector>

#include "runtime/sdk/abi.h"

namespace slipway::cli {

// A stage and the file of its plugin.
struct StageRow {
  const slipway_stage* stage;
  std::string file;  // absolute
};

// One line, an object: name, version, abi, file, summary, needs (privileges, in words), provides,
// requires, after, conflicts, and options: an array of {name, type, summary, required, default,
// unit, minimum, maximum, values, short_name, text_form, element, fields}, of which only what there
// is. Bounds are in bytes, nanoseconds and numbers; those of a string are of its length.
std::string StageAsJson(const StageRow& row);

// The same for several, as an array.
std::string StagesAsJson(const std::vector<StageRow>& rows);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_STAGE_JSON_H_
