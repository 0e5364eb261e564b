#include "runtime/sys/capability_name.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

namespace slipway::sys {
namespace {

constexpr uint64_t Bit(int number) { return uint64_t{1} << number; }

TEST(CapabilityNames, AreThoseOfTheKernel) {
  EXPECT_EQ(CapabilityNames(0), "");
  EXPECT_EQ(CapabilityNames(Bit(CAP_CHOWN)), "CAP_CHOWN");
  EXPECT_EQ(CapabilityNames(Bit(CAP_KILL) | Bit(CAP_SYS_ADMIN)), "CAP_KILL, CAP_SYS_ADMIN");
  EXPECT_EQ(CapabilityNames(Bit(CAP_LAST_CAP)), "CAP_CHECKPOINT_RESTORE");
}

TEST(CapabilityNames, NumberThoseThatHaveNone) {
  EXPECT_EQ(CapabilityNames(Bit(63)), "capability 63");
}

}  // namespace
}  // namespace slipway::sys
