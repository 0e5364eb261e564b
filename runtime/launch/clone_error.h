// Why the kernel refused the clone, in words: clone(2) has few errors, and most of them read as if
// something else were meant.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CLONE_ERROR_H_
#define SLIPWAY_RUNTIME_LAUNCH_CLONE_ERROR_H_

#include <string>

#include "runtime/launch/plan.h"
#include "runtime/sdk/error.h"

namespace slipway::launch {

// What the explanation looks at, beside errno and the plan.
struct Surroundings {
  bool has_sys_admin = false;
  bool children_elsewhere = false;  // in another pid namespace than this process
  std::string release = {};         // of the kernel, uname(2)
  std::string namespaces = {};      // the folder of links to this process's namespaces
  std::string limits = {};          // the folder of max_*_namespaces
  std::string settings = {};        // the folder of what systems add about user namespaces
};

Surroundings SurroundingsOfThisProcess();

// cause: from sys::Clone or sys::CloneSharing. The error names the stages that asked for what was
// refused, and says what would be right as far as that is known.
Error CloneError(const Plan& plan, const Error& cause,
                 const Surroundings& here = SurroundingsOfThisProcess());

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CLONE_ERROR_H_
