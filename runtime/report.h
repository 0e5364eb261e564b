// What a verb of the command line comes to.

#ifndef SLIPWAY_RUNTIME_REPORT_H_
#define SLIPWAY_RUNTIME_REPORT_H_

#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway {

struct Report {
  Result<int> exit_status = 0;
  std::string text = {};             // for stdout
  std::vector<Error> warnings = {};  // for stderr
  std::vector<Error> notes = {};     // for stderr, when the command ended badly: what explains it
};

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_REPORT_H_
