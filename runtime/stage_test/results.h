// How the results of a run are written.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_RESULTS_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_RESULTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/stage_test/run_case.h"

namespace slipway::stage_test {

enum class Format { kText, kTap, kJson, kJunit };

// The name that --format has for it; false: none.
bool ReadFormat(std::string_view name, Format& format);

// What stands before the first case, for `count` of them.
std::string Heading(Format format, size_t count);

// What is written of a case once it has been run. number: from 1 on.
std::string Line(Format format, const CaseResult& result, size_t number);

// What stands behind the last one.
std::string Closing(Format format, const std::vector<CaseResult>& results);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_RESULTS_H_
