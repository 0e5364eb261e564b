// A config in which everything has been checked: what the host runs.

#ifndef SLIPWAY_RUNTIME_CONFIG_PIPELINE_H_
#define SLIPWAY_RUNTIME_CONFIG_PIPELINE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/annotations.h"
#include "runtime/config/process.h"
#include "runtime/config/values.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// An option of the command line that named one alternative of a first-of, and so is without effect
// when another one is taken.
struct NamedBy {
  std::string option;   // "pids.max"
  std::string written;  // "--set cgroup-v2.pids.max=1"
};

// One stage, with its options.
struct StageEntry {
  std::string name;
  std::string where;                            // "configs/ubuntu.yaml:7:5"
  const slipway_stage* descriptor = nullptr;    // the loader's
  std::shared_ptr<const OptionValues> options;  // data(): one value for each row of the table

  // What the options were read from, and what owns that: for Locate, should it be asked.
  std::vector<Given> given;
  std::shared_ptr<const void> owner;

  std::vector<NamedBy> named_by;

  // Where an option stands, such as "pids.max" or "binds[0].source": its place in the file, or
  // "--set mount.binds". Of one that was not given, where the nearest that holds it stands; else
  // where the stage does.
  std::string Locate(std::string_view option) const;
};

// One item of the pipeline.
struct Step {
  std::string where;
  std::vector<StageEntry> alternatives;  // never empty; more than one: first-of

  // Where the `none` behind them stands, with which the step is left out if none of them works;
  // empty: one has to.
  std::string none_where = {};
  std::string set_by = {};  // of such a step: the first setting that reaches it, as it is written

  bool is_optional() const { return !none_where.empty(); }
};

struct Pipeline {
  Process process;
  Annotations annotations;
  std::vector<Step> steps;
};

// Does the stage provide the token? Each provides its own name.
bool Provides(const slipway_stage& stage, std::string_view name, std::string_view token);

// One without a descriptor provides nothing.
bool Provides(const StageEntry& stage, std::string_view token);

// A token that all stages of the step provide, and with which the command line reaches whichever
// is taken; nullptr when there is none.
const char* CommonToken(const Step& step);

// Once it is known which alternative is taken (the one at `taken` of step.alternatives; or none
// is): an error for what the command line says of another one alone, or of one that is left out.
// Where it says the same option of the one that is taken as well, the author knew of both.
Status CheckTaken(const Step& step, std::optional<size_t> taken);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_PIPELINE_H_
