// What the sweeps share: a pipeline that is run over and over, with a strike at a call each time,
// and a census and a judgement after each run.

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
#include "tests/sweep/census.h"
#include "tests/sweep/pipelines.h"
#include "tests/sweep/tracer.h"

namespace slipway::testing {

struct SweepCase {
  Pipeline pipeline;
  Role role = Role::kHost;
};

void PrintTo(const SweepCase& sweep_case, std::ostream* out);

// Each role of each pipeline.
std::vector<SweepCase> SweepCases();

std::string NameOfCase(const ::testing::TestParamInfo<SweepCase>& info);

class Sweep : public ::testing::TestWithParam<SweepCase> {
 protected:
  // How the lines on stderr look.
  struct Lines {
    size_t errors = 0, warnings = 0, others = 0;
  };

  void SetUp() override;
  void TearDown() override;

  // One container with an id of its own.
  TraceResult RunStruck(const Strike& strike);

  // The calls of the role in a run that nothing befalls, which must succeed.
  std::vector<long> Record();

  // From one struck call to the next.
  static size_t Stride();

  static Lines LinesOf(const std::string& err);

  // Runs `runtime gc`, and adds what went wrong to `problems`.
  void CollectGarbage(std::vector<std::string>& problems) const;

  // Adds what the run has left behind to `problems`, and tells of each problem.
  void Conclude(const TraceResult& result, const std::string& strike,
                std::vector<std::string> problems);

  // Says on stdout what the sweep has done.
  void Summarize(const std::string& text);

  // Of the last container: is there a journal for gc?
  bool HasJournal() const;

  // How many runs there were with each outcome.
  std::map<std::string, size_t> outcomes_;

 private:
  // The state folder of --root.
  std::string state() const { return test_->Path("state"); }

  const std::string prefix_ = "sweep-" + std::to_string(getpid()) + "-";
  std::string id_;
  size_t runs_ = 0;
  size_t told_ = 0;
  std::string config_;
  std::unique_ptr<ContainerTest> test_;
  std::unique_ptr<Census> census_;
  std::unique_ptr<std::ostream> log_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_SWEEP_H_
