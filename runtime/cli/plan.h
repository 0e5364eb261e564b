// What a run would do, for people and for programs.

#ifndef SLIPWAY_RUNTIME_CLI_PLAN_H_
#define SLIPWAY_RUNTIME_CLI_PLAN_H_

#include <string>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/error.h"

namespace slipway::cli {

struct PlannedEffect {
  slipway_effect kind;
  std::string subject;
  std::string detail = {};
};

struct PlannedStage {
  std::string name;
  std::string summary;
  bool tells = false;  // it describes what it would do
  std::vector<PlannedEffect> effects = {};
};

struct Plan {
  std::string config;                // as it was given
  std::vector<PlannedStage> stages;  // in pipeline order
  std::vector<PlannedEffect> host;   // what the runtime itself does behind them
  std::vector<Error> missing;        // why alternatives of a first-of do not work here
};

// "mount", "limit": as kind is written in both forms.
const char* EffectName(slipway_effect kind);

// A paragraph for each stage, with a line for each effect: kind, subject, detail.
std::string PlanAsText(const Plan& plan);

// One line: {"config":"my.yaml","ok":true,"stages":[{"name":"uts","summary":"...","tells":true,
// "effects":[{"kind":"namespace","subject":"uts","detail":"..."}]}],"runtime":[{"kind":...}],
// "not_available":[...],"mistakes":[]}; not_available and mistakes as in MistakesAsJson.
std::string PlanAsJson(const Plan& plan);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_PLAN_H_
