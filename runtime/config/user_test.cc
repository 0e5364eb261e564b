#include "runtime/config/user.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::config {
namespace {

TEST(User, IsANameOrANumberAndPerhapsAGroup) {
  for (const char* text : {"0", "1000", "1000:1000", "www-data", "www-data:adm", "4294967294",
                           "_apt", "a.b", "machine$", "0:adm"}) {
    EXPECT_TRUE(CheckUser(text).ok()) << text;
  }
}

TEST(User, IsNothingElse) {
  for (const char* text : {"", ":", ":0", "0:", "-1", "a b", "a:b:c", "../etc", "a/b", "a\nb",
                           "4294967295", "99999999999", "0:4294967295"}) {
    EXPECT_FALSE(CheckUser(text).ok()) << text;
  }
}

TEST(User, TheErrorSaysWhatWouldBeRight) {
  EXPECT_EQ(CheckUser("a b").error().ToString(),
            "not a user \"a b\" (write a name or a number, such as 1000, 1000:1000 or www-data)");
}

}  // namespace
}  // namespace slipway::config
