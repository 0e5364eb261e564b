// A fault at every system call: each call of an operation's host, of the child, and of the command
// before its exec fails, once with each error that fits it. The operation then succeeds all the
// same, or is refused with one line; nothing is left of it, nobody hangs, and a container that was
// there before goes on.

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
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
      Problems problems;
      if (result.reached) problems = Judge(result);
      Settle(result, problems);
      if (!result.reached) return false;
      Conclude(result, result.error ? strerrorname_np(result.error) : "no fault",
               std::move(problems));
      if (result.error) ++counts.faults;
      if (attempt + 1 >= choices) return true;
    }
  }

  // From the call of that number on, each call that can fail with `error` does. False when no run
  // reaches it.
  bool Exhaust(size_t call, int error, Counts& counts) {
    const TraceResult result = RunStruck({.role = GetParam().role,
                                          .call = call,
                                          .choose = [&](long n) { return CanFail(n, error); },
                                          .lasting = true});
    Problems problems;
    if (result.reached) problems = Judge(result);
    // What could not be undone, gc undoes when there is enough again. Of a journal that could not
    // be begun, no more than its folder is left.
    const bool makes = operation().before == Before::kNothing;
    if (makes && (operation().fate == Fate::kEnds || MustBeUndone(result)) && HasJournal()) {
      const bool begun =
          !result.run.err.starts_with("runtime: cannot keep the container's state: ");
      if (begun && LinesOf(result.run.err).warnings == 0) {
        problems.push_back("left for gc without a word");
      }
      CollectGarbage(problems);
    }
    Settle(result, problems);
    if (!result.reached) return false;
    Conclude(result, std::string("from here on ") + strerrorname_np(error), std::move(problems));
    ++counts.faults;
    return true;
  }

  // `error`, or 0.
  static int CanFail(long number, int error) {
    const FaultRow* row = FindFaults(number);
    const bool can =
        row && std::find(row->errors.begin(), row->errors.end(), error) != row->errors.end();
    return can ? error : 0;
  }

  // A first-of that does not work has a line for each of its two alternatives as well, and a
  // container that could not be undone one for each reason.
  static bool IsOneError(const std::string& err, size_t lines) {
    if (err.find(" could not be undone, and is kept (") != std::string::npos) return lines >= 2;
    return lines == (err.find("no stage of first-of works here\n") != std::string::npos ? 3U : 1U);
  }

  Problems Judge(const TraceResult& result) const {
    Problems problems;
    const Lines lines = LinesOf(result.run.err);
    if (!FindFaults(result.calls.back())) problems.push_back("the table of faults lacks this call");
    switch (result.run.status) {
      case 0:
        // A warning says what could not be found out, which may have been all.
        if (!IsOutput(result.run.out) && !(operation().out == "*" && lines.warnings > 0))
          problems.push_back("stdout is \"" + result.run.out + "\"");
        // A warning says what could not be undone, or not be found out.
        if (lines.errors + lines.others > 0) problems.push_back("stderr speaks of more than that");
        break;
      case 125:
      case 126:
      case 127:
        if (!IsOneError(result.run.err, lines.errors) || lines.others > 0) {
          problems.push_back("not exactly one error line");
        }
        break;
      default:
        problems.push_back("not a status of the runtime");
    }
    return problems;
  }
};

TEST_P(FaultSweep, EndsCleanlyAfterOne) {
  const std::vector<long> calls = Record();
  const Stride stride(calls.size());
  Counts counts;
  for (size_t call = stride.from();; call += stride.every()) {
    const FaultRow* row = call <= calls.size() ? FindFaults(calls[call - 1]) : nullptr;
    if (row && row->errors.empty()) {
      ++counts.left_out;
    } else if (!SweepCall(call, counts)) {
      break;
    }
    ++counts.calls;
  }
  Summarize(stride.Describe(counts.calls) + ", " + std::to_string(counts.left_out) + " left out, " +
            std::to_string(counts.faults) + " faults");
}

TEST_P(FaultSweep, EndsCleanlyWhenSomethingRunsOut) {
  const std::vector<long> calls = Record();
  const Stride stride(calls.size());
  Counts counts;
  for (int error : {ENOMEM, EMFILE, ENOSPC}) {
    for (size_t call = stride.from();; call += stride.every()) {
      ++counts.calls;
      // A call that cannot fail so makes no difference to the next one that can. Without the first
      // page of a heap, the C++ library ends the process before main().
      const long number = call <= calls.size() ? calls[call - 1] : -1;
      if (number == SYS_brk || (number >= 0 && !CanFail(number, error))) continue;
      if (!Exhaust(call, error, counts)) break;
    }
    --counts.calls;
  }
  Summarize(stride.Describe(counts.calls / 3) + ", " + std::to_string(counts.faults) +
            " times something ran out");
}

INSTANTIATE_TEST_SUITE_P(Pipelines, FaultSweep, ::testing::ValuesIn(SweepCases()), NameOfCase);

}  // namespace
}  // namespace slipway::testing
