#include "runtime/sdk/result.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway {
namespace {

TEST(Result, MayBeCopiedWhetherItIsOkOrNot) {
  const Result<std::string> ok(std::string("value"));
  const Result<std::string> copy = ok;
  EXPECT_EQ(*copy, "value");
  const Result<std::string> failed(Error("wrong"));
  const Result<std::string> failed_copy = failed;
  EXPECT_EQ(failed_copy.error().ToString(), "wrong");
}

}  // namespace
}  // namespace slipway
