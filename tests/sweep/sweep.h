// What the sweeps share: an operation that is done over and over, with a strike at a call each
// time, and a census and a judgement after each time.

#ifndef SLIPWAY_TESTS_SWEEP_SWEEP_H_
#define SLIPWAY_TESTS_SWEEP_SWEEP_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/sweep/census.h"
#include "tests/sweep/operations.h"
#include "tests/sweep/pipelines.h"
#include "tests/sweep/stride.h"
#include "tests/sweep/subject.h"
#include "tests/sweep/tracer.h"
#include "tests/system_files.h"

namespace slipway::testing {

struct SweepCase {
  Pipeline pipeline;
  Operation operation;
  Role role = Role::kHost;
};

void PrintTo(const SweepCase& sweep_case, std::ostream* out);

// Each role of each operation with each of its pipelines.
std::vector<SweepCase> SweepCases();

std::string NameOfCase(const ::testing::TestParamInfo<SweepCase>& info);

class Sweep : public ::testing::TestWithParam<SweepCase> {
 protected:
  using Problems = std::vector<std::string>;

  // How the lines on stderr look.
  struct Lines {
    size_t errors = 0, warnings = 0, others = 0;
  };

  void SetUp() override;
  void TearDown() override;

  static const Operation& operation() { return GetParam().operation; }

  // With a container and an id of its own.
  TraceResult RunStruck(const Strike& strike);

  // The calls of the role in a run that nothing befalls, which must succeed.
  std::vector<long> Record();

  static Lines LinesOf(const std::string& err);

  // Is that what it prints when it succeeds?
  bool IsOutput(const std::string& out) const;

  // Takes to its end what the operation has left of the container, and adds what went wrong to
  // `problems`.
  void Settle(const TraceResult& result, Problems& problems);

  // Has the operation failed, and been able to undo what it has done so far?
  bool MustBeUndone(const TraceResult& result) const;

  // Runs `runtime gc`, and adds what went wrong to `problems`.
  void CollectGarbage(Problems& problems) const;

  // Adds what the run has left behind to `problems`, and tells of each problem.
  void Conclude(const TraceResult& result, const std::string& strike, Problems problems);

  // Says on stdout what the sweep has done.
  void Summarize(const std::string& text);

  // Of the last container: is there a journal for gc?
  bool HasJournal() const { return subject_->IsThere(); }

  // How many runs there were with each outcome.
  std::map<std::string, size_t> outcomes_;

 private:
  void MakePlace();
  void MakePids();
  bool LivesOn(const TraceResult& result) const;

  const std::string prefix_ = "sweep-" + std::to_string(getpid()) + "-";
  size_t runs_ = 0;
  size_t told_ = 0;
  std::unique_ptr<SystemFiles> system_;  // before the census of ContainerTest
  std::unique_ptr<ContainerTest> test_;
  std::unique_ptr<PublicCopy> copy_;
  Place place_;
  pid_t first_ = -1;  // of a pid namespace that containers join
  std::unique_ptr<Subject> subject_;
  std::unique_ptr<Census> census_;
  std::unique_ptr<std::ostream> log_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_SWEEP_H_
