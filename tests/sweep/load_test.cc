// Many containers: one after the other, eight at a time, and two hundred alive at once. Nothing is
// left of them, and the last ones start as fast as the first.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/process.h"
#include "tests/sweep/census.h"

namespace slipway::testing {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr size_t kAtATime = 8;
constexpr size_t kSample = 100;
constexpr double kSlower = 3;  // a median that is so much worse than the first is a leak's

constexpr char kStages[] = R"(
  - uts: {hostname: container}
  - pid
  - mount: {root: root}
  - proc
  - first-of:
      - cgroup-v2: {pids.max: 20}
      - cgroup-v1: {pids.max: 20}
)";

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Load : public ::testing::Test {
 protected:
  struct Started {
    std::unique_ptr<Running> container;
    Clock::time_point since;
  };

  void SetUp() override {
    static const bool entered = (EnterOwnTmp(), true);
    ASSERT_TRUE(entered && !HasFatalFailure());
    test_ = std::make_unique<ContainerTest>();
    test_->MakeRoot();
    config_ = test_->WriteStages(kStages);
    test_->Write("state/.keep", "");
    census_ = std::make_unique<Census>();
  }

  // It says "ready", and goes on until it is ended.
  Started Start(const std::string& script) {
    const std::string id = prefix_ + std::to_string(++count_);
    const Clock::time_point since = Clock::now();
    return {std::make_unique<Running>(std::vector<std::string>{
                Runfile("runtime/runtime"), "--root", test_->Path("state"), "--config", config_,
                "--name", id, "--", "/bin/sh", "-c", "echo ready; " + script}),
            since};
  }

  void ExpectNothingLeft() const {
    EXPECT_EQ(census_->TakeResidue(prefix_), std::vector<std::string>());
    EXPECT_EQ(Census::CgroupsOf(prefix_), std::vector<std::string>());
  }

  // A tenth of it, where everything takes long.
  static size_t Scaled(size_t number) { return Slowness() > 1 ? number / 10 : number; }

 private:
  const std::string prefix_ = "load-" + std::to_string(getpid()) + "-";
  std::string config_;
  size_t count_ = 0;
  std::unique_ptr<ContainerTest> test_;
  std::unique_ptr<Census> census_;
};

TEST_F(Load, AThousandEightAtATimeLeaveNothingAndStartAsFastAtTheEnd) {
  const size_t number = Scaled(1000);
  std::vector<double> latencies;
  std::vector<Started> running;
  for (size_t begun = 0; begun < number || !running.empty();) {
    for (; running.size() < kAtATime && begun < number; ++begun) running.push_back(Start("true"));
    Started first = std::move(running.front());
    running.erase(running.begin());
    const RunResult result = first.container->Await();
    latencies.push_back(Milliseconds(Clock::now() - first.since).count());
    ASSERT_EQ(result.status, 0) << result.err;
    ASSERT_EQ(result.out, "ready\n");
    ASSERT_EQ(result.err, "");
  }
  ExpectNothingLeft();
  const auto sample = static_cast<std::ptrdiff_t>(Scaled(kSample));
  const double first = Median({latencies.begin(), latencies.begin() + sample});
  const double last = Median({latencies.end() - sample, latencies.end()});
  std::cout << number << " containers, " << kAtATime << " at a time; from start to end, median of "
            << sample << ": the first " << first << " ms, the last " << last << " ms" << std::endl;
  EXPECT_LT(last, first * kSlower);
}

TEST_F(Load, TwoHundredAliveAtOnceEndAndLeaveNothing) {
  const size_t number = Scaled(200);
  std::vector<Started> running;
  std::vector<double> latencies;
  for (size_t i = 0; i < number; ++i) {
    running.push_back(Start("exec sleep 1000"));
    ASSERT_TRUE(running.back().container->AwaitOutput("ready\n")) << "the one with number " << i;
    latencies.push_back(Milliseconds(Clock::now() - running.back().since).count());
  }
  for (const Started& started : running) started.container->Signal(SIGTERM);
  for (const Started& started : running) {
    const RunResult result = started.container->Await();
    EXPECT_EQ(result.status, 128 + SIGTERM);
    EXPECT_EQ(result.err, "");
  }
  ExpectNothingLeft();
  const auto sample = static_cast<std::ptrdiff_t>(Scaled(kSample) / 2);
  const double first = Median({latencies.begin(), latencies.begin() + sample});
  const double last = Median({latencies.end() - sample, latencies.end()});
  std::cout << number << " alive at once; from start to the first word, median of " << sample
            << ": the first " << first << " ms, the last " << last << " ms" << std::endl;
  EXPECT_LT(last, first * kSlower);
}

}  // namespace
}  // namespace slipway::testing
