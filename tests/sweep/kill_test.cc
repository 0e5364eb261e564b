// A SIGKILL at every system call of an operation: of the host, of the child, and of the command
// before its exec. Of a dead host `runtime gc` takes everything away that it has left; a dead child
// the host reports, and undoes everything itself. A container that was there before goes on.

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "tests/sweep/sweep.h"

namespace slipway::testing {
namespace {

constexpr int kKilled = 128 + SIGKILL;

class KillSweep : public Sweep {
 protected:
  // The operation does not wait for the command's end.
  static bool IsMade(const TraceResult& result) {
    return operation().fate != Fate::kEnds && result.run.status == 0;
  }

  static Problems Judge(const TraceResult& result) {
    Problems problems;
    const Lines lines = LinesOf(result.run.err);
    if (GetParam().role == Role::kHost) {
      if (result.run.status != kKilled) problems.push_back("the host was not killed");
      if (!result.run.err.empty()) problems.push_back("it had something to say");
    } else if (result.calls.back() == SYS_exit_group && result.run.status == 0) {
      if (!result.run.err.empty()) problems.push_back("stderr is not empty");
    } else if (result.run.status == kKilled || IsMade(result)) {
      // Killed by somebody, as the command may be.
      const bool ready = result.ready_before || result.exec_before;
      if (!ready) problems.push_back("not reported, though nothing ran yet");
      if (!result.run.err.empty()) problems.push_back("stderr is not empty");
    } else {
      if (result.run.status != 125) problems.push_back("not a status of the runtime");
      if (result.exec_before && GetParam().role != Role::kMonitor)
        problems.push_back("reported, though the command ran");
      if (lines.errors != 1 || lines.warnings + lines.others > 0) {
        problems.push_back("not exactly one line");
      }
    }
    return problems;
  }
};

TEST_P(KillSweep, LeavesNothing) {
  const Stride stride(Record().size());
  size_t kills = 0;
  for (size_t call = stride.from();; call += stride.every()) {
    const TraceResult result =
        RunStruck({.role = GetParam().role, .call = call, .choose = [](long) { return kKill; }});
    Problems problems;
    if (result.reached) problems = Judge(result);
    Settle(result, problems);
    if (GetParam().role == Role::kHost && HasJournal()) CollectGarbage(problems);
    if (!result.reached) break;
    ++kills;
    Conclude(result, "killed", std::move(problems));
  }
  Summarize(stride.Describe(kills) + ", a kill at each");
}

INSTANTIATE_TEST_SUITE_P(Pipelines, KillSweep, ::testing::ValuesIn(SweepCases()), NameOfCase);

}  // namespace
}  // namespace slipway::testing
