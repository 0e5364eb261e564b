// Whether the filters of system calls that stages want let a container start at all: between a
// filter and the command lie calls of the host's own, and of slipway-init's. Asked before the
// clone, so that a filter that is too narrow is named, and no process ends in the middle of its
// start.

#ifndef SLIPWAY_RUNTIME_LAUNCH_NEEDED_CALLS_H_
#define SLIPWAY_RUNTIME_LAUNCH_NEEDED_CALLS_H_

#include "runtime/launch/init.h"
#include "runtime/launch/process_plan.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Fails when a filter refuses a call that is surely made behind it, whatever its arguments are. The
// error names all of them.
Status CheckEachFilter(const ProcessPlan& plan, const InitProgram& init);

// In line, as most starts have none.
inline Status CheckFilters(const ProcessPlan& plan, const InitProgram& init) {
  return plan.filters.empty() ? Ok() : CheckEachFilter(plan, init);
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_NEEDED_CALLS_H_
