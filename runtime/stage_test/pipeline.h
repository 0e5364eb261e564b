// The config that a case is run with.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_PIPELINE_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_PIPELINE_H_

#include <map>
#include <string>
#include <string_view>

#include "runtime/sdk/result.h"
#include "runtime/stage_test/cases.h"

namespace slipway::stage_test {

// What ${NAME} stands for in a case.
using Variables = std::map<std::string, std::string>;

// The text with the values in it; what is no variable stays as it is.
std::string Fill(std::string_view text, const Variables& variables);

// How the command finds the probe.
enum class ProbeAt {
  kOnTheMachine,    // the container has the machine's files
  kInTheContainer,  // at kProbeInContainer
  kByTheCase,       // which sees to its files itself
};

inline constexpr char kProbeInContainer[] = "/usr/local/bin/probe";

struct Pipeline {
  // YAML. The case's stages stand where they stand in the file of the cases, in the same lines and
  // mostly in the same columns, so that the runtime's errors name the right place.
  std::string config;
  ProbeAt probe = ProbeAt::kByTheCase;
};

// The case's pipeline, with the stages that give it a root where it has none that do: `${probe}` is
// bound in there. plain_user: another user than root runs it, who needs a user namespace for that.
Result<Pipeline> PipelineOf(const Case& one, bool plain_user, const Variables& variables);

// Is the stage, by its name, one of the case's?
bool Uses(const Case& one, const std::string& stage);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_PIPELINE_H_
