#include "runtime/sdk/result.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway {
namespace {

TEST(Result, MayBeCopiedWhetherItIsOkOrNot) {
  const Result<std::string> ok(std::string("value"));
  const std::vector<Result<std::string>> copies(2, ok);
  EXPECT_EQ(*copies[1], "value");
  const Result<std::string> failed(Error("wrong"));
  const std::vector<Result<std::string>> failed_copies(2, failed);
  EXPECT_EQ(failed_copies[1].error().ToString(), "wrong");
}

}  // namespace
}  // namespace slipway
