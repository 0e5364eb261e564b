// The cases of a test of a stage, as a YAML file has them:
//
//   version: 1
//   cases:
//     - name: the command has the priority
//       stages: [{nice: {value: 7}}]          as in a config
//       command: [probe, scheduling.nice]
//       expect: {stdout: 7}
//
// slipway-stage-test --help has all keys. Keys of the file that begin with "x-" are free, for
// values that aliases repeat.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_CASES_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_CASES_H_

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"
#include "runtime/stage_test/expectation.h"

namespace slipway::stage_test {

struct Case {
  std::string name;
  std::string where;  // of its name: "cases.yaml:4:11"
  config::Node stages;
  std::vector<std::string> command;
  std::vector<std::string> options;  // further ones of the runtime's
  std::string input;                 // what its standard input holds
  std::map<std::string, std::string> env;
  std::optional<uid_t> user;       // who runs it; absent: whoever runs the test
  std::vector<std::string> needs;  // of the machine
  std::string root;                // a folder; empty: the one that is made
  std::chrono::seconds timeout{60};
  Expectations expect;
};

// Reads all cases. Tells what is wrong, sorted; then the cases are not to be run. name: of the
// file.
std::vector<Case> ReadCases(std::string_view text, const std::string& name,
                            config::Mistakes& mistakes);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_CASES_H_
