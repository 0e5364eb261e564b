#include "plugins/selinux/label.h"

#include <gtest/gtest.h>

namespace slipway::selinux {
namespace {

TEST(Label, IsOfThreePartsOrFour) {
  for (const char* label :
       {"system_u:system_r:container_t", "system_u:system_r:container_t:s0",
        "system_u:system_r:container_t:s0:c1,c2", "u:r:t:s0-s15:c0.c1023",
        "u:r:t:s0:c1-s0:c1,c5.c9", "unconfined_u:unconfined_r:my.type-2_t:s0"}) {
    EXPECT_TRUE(IsLabel(label)) << label;
  }
}

TEST(Label, IsNothingElse) {
  for (const char* label : {"",
                            "container_t",
                            "u:r",
                            "u:r:",
                            ":r:t",
                            "u::t",
                            "u:r:t:",
                            "u:r:t:s0:",
                            "u:r:t:s0:c1,",
                            "u:r:t:s0:,c1",
                            "u:r:t:s0:c1..c2",
                            "u:r:t:s0:c1.",
                            "u:r:t:s0-",
                            "u:r:t:-s0",
                            "u:r:t:s0-s1-s2",
                            "u:r:t:s0:c1:c2",
                            "u:r t:s0",
                            "u:r:t\n",
                            "u:r:t:s0\n",
                            "u:r:t:s0:c1.c2.c3"}) {
    EXPECT_FALSE(IsLabel(label)) << label;
  }
}

}  // namespace
}  // namespace slipway::selinux
