// The words of slipway-stage-test, and what they come to.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_COMMAND_LINE_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/stage_test/results.h"
#include "runtime/stage_test/run_case.h"

namespace slipway::stage_test {

struct CommandLine {
  bool help = false;
  std::string stage;  // the name of the one under test
  Bench bench;
  std::string filter;  // what the names of the cases hold that are run; empty: all
  Format format = Format::kText;
};

// words: without the program's name. Finds the runtime and the probe; fails where one of the files
// is not there.
Result<CommandLine> ReadCommandLine(const std::vector<std::string>& words);

std::string Help();

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_COMMAND_LINE_H_
