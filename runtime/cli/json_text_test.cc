#include "runtime/cli/json_text.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(JsonText, LeavesUtf8AsItIs) { EXPECT_EQ(JsonText("a\n\x1b ä€😀"), "a\n\x1b ä€😀"); }

TEST(JsonText, ReplacesWhatIsNone) {
  EXPECT_EQ(JsonText("a\xff"
                     "b\xc3"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
}

}  // namespace
}  // namespace slipway::cli
