// A tree that tools/install has made, for all tests of a suite.

#ifndef SLIPWAY_TESTS_INSTALLED_TREE_H_
#define SLIPWAY_TESTS_INSTALLED_TREE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

class InstalledTree : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    made_ = std::make_unique<ContainerTest>();
    prefix_ = made_->Path("prefix");
    const RunResult result =
        RunProgram({Runfile("tools/install"), "--prefix", prefix_, "--built", Runfile(".")});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  static void TearDownTestSuite() { made_.reset(); }

  static const std::string& prefix() { return prefix_; }

  ContainerTest test_;

 private:
  static inline std::unique_ptr<ContainerTest> made_;
  static inline std::string prefix_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_INSTALLED_TREE_H_
