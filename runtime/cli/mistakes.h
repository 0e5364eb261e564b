// The mistakes of a config, for people and for editors.

#ifndef SLIPWAY_RUNTIME_CLI_MISTAKES_H_
#define SLIPWAY_RUNTIME_CLI_MISTAKES_H_

#include <string>
#include <vector>

#include "runtime/sdk/error.h"

namespace slipway::cli {

struct Mistake {
  Error error;
  std::string file = {};  // as it was given
  int line = 0;           // 0: it has no place in the file
  int column = 0;         // in bytes, from 1
  std::string text = {};  // of the line
  bool hidden = false;    // the line may hold a secret, and is not shown
};

// For each the error, the line and a caret below the place:
//   runtime: my.yaml:3:11: uts: unknown option "hostnam" (did you mean "hostname"?)
//       3 |   - uts: {hostnam: x}
//         |           ^
std::string MistakesAsText(const std::vector<Mistake>& mistakes);

// One line:
// {"config":"my.yaml","ok":false,"stages":[],"not_available":[],
// "mistakes":[{"file":"my.yaml","line":3,
// "column":11,"stage":"uts","option":"","message":"unknown option \"hostnam\"",
// "hint":"did you mean \"hostname\"?"}]}. line and column are null where there is none. stages:
// those that would run; of a config with mistakes none. missing: why alternatives of a first-of do
// not work here.
std::string MistakesAsJson(const std::string& config, const std::vector<std::string>& stages,
                           const std::vector<Error>& missing, const std::vector<Mistake>& mistakes);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_MISTAKES_H_
