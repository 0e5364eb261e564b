// A fault at every system call: each call of the host, of the child, and of the command before its
// exec fails, once with each error that fits it. The container then runs all the same, or is
// refused with one line; and nothing is left of it, nobody hangs.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/sweep/faults.h"
#include "tests/sweep/sweep.h"

namespace slipway::testing {
namespace {

class FaultSweep : public Sweep {
 protected:
  struct Counts {
    size_t calls = 0, left_out = 0, faults = 0;
  };

  // Every fault at the call of that number. False when no run reaches it.
  bool SweepCall(size_t call, Counts& counts) {
    for (size_t attempt = 0;; ++attempt) {
      size_t choices = 0;
      const TraceResult result =
          RunStruck({.role = GetParam().role, .call = call, .choose = [&](long number) {
                       const FaultRow* row = FindFaults(number);
                       choices = row ? row->errors.size() : 0;
                       return attempt < choices ? row->errors[attempt] : 0;
                     }});
      if (!result.reached) return false;
      Conclude(result, result.error ? strerrorname_np(result.error) : "no fault", Judge(result));
      if (result.error) ++counts.faults;
      if (attempt + 1 >= choices) return true;
    }
  }

  static std::vector<std::string> Judge(const TraceResult& result) {
    std::vector<std::string> problems;
    const Lines lines = LinesOf(result.run.err);
    if (!FindFaults(result.calls.back())) problems.push_back("the table of faults lacks this call");
    switch (result.run.status) {
      case 0:
        if (result.run.out != "ran\n") problems.push_back("stdout is \"" + result.run.out + "\"");
        // A warning says what could not be undone at the first attempt, or not be found out.
        if (lines.errors + lines.others > 0) problems.push_back("stderr speaks of more than that");
        break;
      case 125:
      case 126:
      case 127:
        if (lines.errors != 1 || lines.others > 0) problems.push_back("not exactly one error line");
        break;
      default:
        problems.push_back("not a status of the runtime");
    }
    return problems;
  }
};

TEST_P(FaultSweep, EndsCleanly) {
  const std::vector<long> calls = Record();
  Counts counts;
  for (size_t call = 1;; ++call) {
    const FaultRow* row = call <= calls.size() ? FindFaults(calls[call - 1]) : nullptr;
    ++counts.calls;
    if (row && row->errors.empty()) {
      ++counts.left_out;
    } else if (!SweepCall(call, counts)) {
      break;
    }
  }
  Summarize(std::to_string(counts.calls - 1) + " calls, " + std::to_string(counts.left_out) +
            " left out, " + std::to_string(counts.faults) + " faults");
}

INSTANTIATE_TEST_SUITE_P(Pipelines, FaultSweep, ::testing::ValuesIn(SweepCases()), NameOfCase);

}  // namespace
}  // namespace slipway::testing
