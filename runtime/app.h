// What the runtime does for each verb of the command line: wires the rooms to each other, which
// do not know each other.

#ifndef SLIPWAY_RUNTIME_APP_H_
#define SLIPWAY_RUNTIME_APP_H_

#include "runtime/cli/invocation.h"
#include "runtime/report.h"

namespace slipway {

Report Execute(const cli::Invocation& invocation);

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_APP_H_
