// newuidmap(1) and newgidmap(1): programs with the right to map a user's subordinate ids.

#ifndef SLIPWAY_RUNTIME_LAUNCH_ID_HELPER_H_
#define SLIPWAY_RUNTIME_LAUNCH_ID_HELPER_H_

#include <sys/types.h>

#include <vector>

#include "runtime/launch/namespace_wishes.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// What one of them is to map.
struct IdHelp {
  const char* name;
  const std::vector<IdRange>& ranges;
};

// Runs them for `child`, which is not reaped before this returns, all at once, without environment
// or descriptors. The error has the helper's own words.
Status RunIdHelpers(pid_t child, const std::vector<IdHelp>& wanted);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_ID_HELPER_H_
