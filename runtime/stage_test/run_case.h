// Runs one case: its container, and the census.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_RUN_CASE_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_RUN_CASE_H_

#include <string>
#include <vector>

#include "runtime/stage_test/cases.h"

namespace slipway::stage_test {

// What all cases have in common.
struct Bench {
  std::string runtime;
  std::string probe;
  std::vector<std::string> plugin_folders;
  std::vector<std::string> trusted;  // folders, of --trust
  std::string cases;                 // the file, as it was named
  std::string folder;                // in which it lies
};

enum class Outcome { kOk, kFailed, kSkipped };

struct CaseResult {
  std::string name;
  std::string where;
  Outcome outcome = Outcome::kOk;
  std::vector<std::string> reasons;  // of what is not ok; each of one line or more
};

// number: tells this case from the others of this run.
CaseResult RunCase(const Case& one, const Bench& bench, int number);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_RUN_CASE_H_
