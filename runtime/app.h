// What the runtime does for each verb of the command line: wires the rooms to each other, which
// do not know each other.

#ifndef SLIPWAY_RUNTIME_APP_H_
#define SLIPWAY_RUNTIME_APP_H_

#include <string>
#include <vector>

#include "runtime/cli/invocation.h"
#include "runtime/sdk/result.h"

namespace slipway {

struct Report {
  Result<int> exit_status = 0;
  std::string text = {};             // for stdout
  std::vector<Error> warnings = {};  // for stderr
  std::vector<Error> notes = {};     // for stderr, when the command ended badly: what explains it
};

Report Execute(const cli::Invocation& invocation);

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_APP_H_
